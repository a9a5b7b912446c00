namespace LlamaNative.Grammars.Schemas;

/// <summary>Limits for schemas, and the lengths of generated values that a schema does not limit.</summary>
internal static class SchemaLimits
{
    /// <summary>Characters of schema text.</summary>
    public const int TextLength = 1 << 20;

    /// <summary>Nesting depth of objects and arrays in the schema's text.</summary>
    public const int Depth = 200;

    /// <summary>References and combinators followed to resolve one value's constraints.</summary>
    public const int References = 128;

    /// <summary>Alternatives of one value after expanding anyOf, oneOf and allOf.</summary>
    public const int Alternatives = 512;

    /// <summary>Total properties and items compared while merging constraints.</summary>
    public const int Work = 2_000_000;

    /// <summary>Properties of one object.</summary>
    public const int Properties = 1000;

    /// <summary>Rules of the grammar.</summary>
    public const int Rules = 20_000;

    /// <summary>The longest generated string and array. A larger maximum is capped; a larger minimum is rejected.</summary>
    public const int Length = 100_000;

    /// <summary>Digits of an integer without bounds: enough for any ulong.</summary>
    public const int IntegerDigits = 20;

    /// <summary>Digits before and after the decimal point of a number: enough for any decimal.</summary>
    public const int NumberDigits = 28;
}
