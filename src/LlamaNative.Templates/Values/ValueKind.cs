namespace LlamaNative.Templates;

internal enum ValueKind : byte
{
    /// <summary>No value: an empty slot or an omitted argument. Never visible to templates.</summary>
    Missing,
    Undefined,
    None,
    Boolean,
    Integer,
    BigInteger,
    Float,
    String,
    Sequence,
    Dictionary,
    Object,
}
