namespace LlamaNative.Chat.Templates;

/// <summary>A value with attributes that is none of Python's data types: namespace, loop, macro, function.</summary>
internal abstract class TemplateObject
{
    public abstract string TypeName { get; }

    /// <summary>An attribute, or a missing value where there is none.</summary>
    public virtual TemplateValue GetAttribute(RenderState state, string name) => default;

    /// <summary>How the object shows itself when printed.</summary>
    public virtual void WriteTo(OutputBuffer output) => output.Append($"<{TypeName}>");
}

/// <summary>What <c>namespace()</c> makes: the one thing whose attributes a template may set.</summary>
internal sealed class TemplateNamespace : TemplateObject
{
    public TemplateDictionary Attributes { get; } = new();

    public override string TypeName => "Namespace";

    public override TemplateValue GetAttribute(RenderState state, string name) =>
        Attributes.TryGet(name, out TemplateValue value) ? value : default;

    public override void WriteTo(OutputBuffer output)
    {
        output.Append("<Namespace ");
        PythonRepr.Write(output, Attributes);
        output.Append('>');
    }
}

/// <summary>Something a template can call.</summary>
internal abstract class TemplateCallable : TemplateObject
{
    public abstract TemplateValue Invoke(RenderState state, in CallArguments arguments);
}
