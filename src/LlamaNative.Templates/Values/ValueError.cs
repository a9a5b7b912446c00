namespace LlamaNative.Templates;

/// <summary>The errors that a value causes by being of the wrong type, in Python's words.</summary>
internal static class ValueError
{
    public static TemplateError Undefined(in TemplateValue value) => new(value.UndefinedMessage);

    public static TemplateError NotIterable(in TemplateValue value) => new($"'{value.TypeName}' object is not iterable");
}
