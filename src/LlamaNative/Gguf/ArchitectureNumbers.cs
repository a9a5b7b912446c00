namespace LlamaNative.Gguf;

/// <summary>Reads metadata keys with an architecture prefix (<c>llama.block_count</c>) with the types that llama.cpp requires.</summary>
internal readonly struct ArchitectureNumbers(IReadOnlyDictionary<string, GgufValue> metadata, string architecture)
{
    public string KeyOf(string name) => $"{architecture}.{name}";

    public GgufValue? Find(string name) => metadata.TryGetValue(KeyOf(name), out GgufValue? value) ? value : null;

    /// <summary>Returns the value, or <paramref name="absent"/> if the key is missing.</summary>
    public uint Get(string name, uint absent) => Find(name)?.GetUInt32() ?? absent;

    /// <summary>The values of a key that has either one number for all layers or an array with one number per layer.</summary>
    public ReadOnlySpan<uint> GetAll(string name) => Find(name) switch
    {
        null => default,
        { ElementType: GgufValueType.Int32 } value => Array.ConvertAll(value.GetArray<int>(), number => unchecked((uint)number)),
        { ElementType: GgufValueType.Bool } value => Array.ConvertAll(value.GetArray<bool>(), flag => flag ? 1u : 0u),
        { Type: GgufValueType.Array } value => value.GetArray<uint>(),
        { } value => new[] { value.GetUInt32() },
    };

    public void Require(bool condition, string name, string reason)
    {
        if (!condition)
        {
            throw Refused(name, reason);
        }
    }

    private GgufFormatException Refused(string name, string reason) => Find(name) is { } value
        ? value.Error($"{value} {reason}")
        : new GgufFormatException($"the key is missing, and its default {reason}", KeyOf(name));
}
