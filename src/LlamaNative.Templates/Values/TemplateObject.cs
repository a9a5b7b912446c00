namespace LlamaNative.Templates;

/// <summary>A value with attributes that is not one of Python's data types: namespace, loop, macro, function.</summary>
internal abstract class TemplateObject
{
    public abstract string TypeName { get; }

    /// <summary>An attribute, or a missing value.</summary>
    public virtual TemplateValue GetAttribute(string name) => default;

    /// <summary>The result of the filter <c>length</c>, or null if the object has none.</summary>
    public virtual long? Length => null;

    /// <summary>Writes the object's printed form.</summary>
    public virtual void WriteTo(OutputBuffer output) => output.Append($"<{TypeName}>");
}

/// <summary>The result of <c>namespace()</c>: the only value whose attributes a template can set.</summary>
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
