using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>Converts the arguments of filters and methods, with Python's error messages for wrong types.</summary>
internal static class Argument
{
    public static TracedText Text(in TemplateValue value) =>
        value.IsString ? value.AsText
        : value.IsUndefined ? throw ValueError.Undefined(value)
        : throw new TemplateError($"expected str instance, {value.TypeName} found");

    public static TracedText Text(in TemplateValue value, string otherwise) => value.IsMissing ? otherwise : Text(value);

    /// <summary>A text that may be None or omitted.</summary>
    public static string? OptionalText(in TemplateValue value) => value.IsMissing || value.IsNone ? null : Text(value).Text;

    /// <summary>An integer clamped to the range of indices and counts.</summary>
    public static long Integer(in TemplateValue value) =>
        value.IsIntegral ? (long)BigInteger.Min(BigInteger.Max(value.AsBigInteger, -(1L << 40)), 1L << 40)
        : value.IsUndefined ? throw ValueError.Undefined(value)
        : throw new TemplateError($"'{value.TypeName}' object cannot be interpreted as an integer");

    public static long Integer(in TemplateValue value, long otherwise) =>
        value.IsMissing || value.IsNone ? otherwise : Integer(value);

    public static bool Flag(in TemplateValue value) => value.IsTrue;

    public static double Number(in TemplateValue value) =>
        value.IsNumber ? value.ToDouble()
        : value.IsUndefined ? throw ValueError.Undefined(value)
        : throw new TemplateError($"must be real number, not {value.TypeName}");
}
