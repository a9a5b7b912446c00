namespace LlamaNative.Templates;

/// <summary>Errors for values of the wrong type, in Python's wording.</summary>
internal static class ValueError
{
    public static TemplateError Undefined(in TemplateValue value) => new(value.UndefinedMessage);

    public static TemplateError NotIterable(in TemplateValue value) => new($"'{value.TypeName}' object is not iterable");
}
