namespace LlamaNative.Templates;

/// <summary>A value that a template can call.</summary>
internal abstract class TemplateCallable : TemplateObject
{
    public abstract TemplateValue Invoke(RenderState state, in CallArguments arguments);
}
