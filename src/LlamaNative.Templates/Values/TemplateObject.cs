namespace LlamaNative.Templates;

/// <summary>A value with attributes that is none of Python's data types: namespace, loop, macro, function.</summary>
internal abstract class TemplateObject
{
    public abstract string TypeName { get; }

    /// <summary>An attribute, or a missing value where there is none.</summary>
    public virtual TemplateValue GetAttribute(string name) => default;

    /// <summary>What the filter <c>length</c> gives; null where the object has none.</summary>
    public virtual long? Length => null;

    /// <summary>How the object shows itself when printed.</summary>
    public virtual void WriteTo(OutputBuffer output) => output.Append($"<{TypeName}>");
}

/// <summary>What <c>namespace()</c> makes: the one thing whose attributes a template may set.</summary>
internal sealed class TemplateNamespace : TemplateObject
{
    public TemplateDictionary Attributes { get; } = new();

    public override string TypeName => "Namespace";

    public override TemplateValue GetAttribute(string name) =>
        Attributes.TryGet(name, out TemplateValue value) ? value : default;

    public override void WriteTo(OutputBuffer output)
    {
        output.Append("<Namespace ");
        PythonRepr.Write(output, Attributes);
        output.Append('>');
    }
}
