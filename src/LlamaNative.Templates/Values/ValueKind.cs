namespace LlamaNative.Templates;

internal enum ValueKind : byte
{
    /// <summary>No value at all: an empty slot or an argument that was not passed. Never seen by a template.</summary>
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
