namespace LlamaNative.Templates;

/// <summary>Something a template can call.</summary>
internal abstract class TemplateCallable : TemplateObject
{
    public abstract TemplateValue Invoke(RenderState state, in CallArguments arguments);
}
