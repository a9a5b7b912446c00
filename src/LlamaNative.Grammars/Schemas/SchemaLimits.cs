namespace LlamaNative.Grammars.Schemas;

/// <summary>The bounds a schema must keep, and the lengths a grammar gives to what a schema leaves open.</summary>
internal static class SchemaLimits
{
    /// <summary>Characters of schema text.</summary>
    public const int TextLength = 1 << 20;

    /// <summary>Levels of objects and arrays in the schema's text.</summary>
    public const int Depth = 64;

    /// <summary>References and combinators followed to reach one value's constraints.</summary>
    public const int References = 128;

    /// <summary>Alternatives of one value once anyOf, oneOf and allOf are multiplied out.</summary>
    public const int Alternatives = 512;

    /// <summary>Properties and items compared while constraints are merged, in all.</summary>
    public const int Work = 2_000_000;

    /// <summary>Properties of one object.</summary>
    public const int Properties = 1000;

    /// <summary>Rules of the grammar.</summary>
    public const int Rules = 20_000;

    /// <summary>
    /// The longest string and array generated. A larger maximum is met by never going so far; a larger minimum is refused.
    /// </summary>
    public const int Length = 100_000;

    /// <summary>Digits of an integer without bounds: all of ulong's.</summary>
    public const int IntegerDigits = 20;

    /// <summary>Digits before and after the point of a number: all of decimal's.</summary>
    public const int NumberDigits = 28;
}
