using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LlamaNative.Gguf;

/// <summary>The metadata of a file in file order.</summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "The GGUF specification's term.")]
internal sealed class GgufMetadata : IReadOnlyDictionary<string, GgufValue>
{
    private readonly OrderedDictionary<string, GgufValue> _values;
    private readonly string? _path;

    internal GgufMetadata(OrderedDictionary<string, GgufValue> values, string? path)
    {
        _values = values;
        _path = path;
    }

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _values.Keys;

    /// <inheritdoc/>
    public IEnumerable<GgufValue> Values => _values.Values;

    /// <summary>Returns the value of a key.</summary>
    /// <exception cref="GgufFormatException">The file has no such key.</exception>
    public GgufValue this[string key] =>
        _values.TryGetValue(key, out GgufValue? value)
            ? value
            : throw new GgufFormatException("the file has no such key", key, path: _path);

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _values.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out GgufValue value) => _values.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, GgufValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
