using System.Globalization;
using System.Text;

namespace LlamaNative.Gguf;

/// <summary>
/// The tokens of a vocabulary where they lie in the file, found by id and by their bytes. A hundred thousand of them as
/// objects would take more memory than all else that loading a model allocates.
/// </summary>
internal sealed unsafe class TokenTable
{
    private readonly byte* _elements;
    private readonly Range[] _ranges;
    private readonly Dictionary<int, byte[]> _empty = [];
    private readonly HashSet<int> _entered;
    private readonly HashSet<int>.AlternateLookup<ReadOnlySpan<byte>> _enteredByName;

    /// <param name="elements">An array's elements, each a length of eight bytes and so many bytes; they stay in place while the table is
    /// used.</param>
    /// <param name="byteCount">How many bytes they take.</param>
    /// <param name="count">How many there are.</param>
    public TokenTable(byte* elements, int byteCount, int count)
    {
        _elements = elements;
        _ranges = new Range[count];
        _entered = new HashSet<int>(count, new NameComparer(this));
        _enteredByName = _entered.GetAlternateLookup<ReadOnlySpan<byte>>();
        var reader = new GgufElementReader(new ReadOnlySpan<byte>(elements, byteCount), GgufValueType.String);
        int position = 0;
        for (int id = 0; id < count; id++)
        {
            ReadOnlySpan<byte> text = reader.Next();
            int end = text.IndexOf((byte)0); // llama.cpp reads up to the first zero
            _ranges[id] = new Range(position + sizeof(ulong), end < 0 ? text.Length : end);
            position += sizeof(ulong) + text.Length;
            if (_ranges[id].Length == 0)
            {
                _empty[id] = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"[EMPTY_{id}]"));
            }
        }
    }

    public int Count => _ranges.Length;

    /// <summary>The token's bytes up to the first zero.</summary>
    public ReadOnlySpan<byte> this[int id] => new(_elements + _ranges[id].Start, _ranges[id].Length);

    /// <summary>Enters a token under its bytes, or under the name llama.cpp gives an empty one; false when those are taken.</summary>
    public bool TryAdd(int id) => _entered.Add(id);

    /// <summary>Whether a token has been entered under these bytes.</summary>
    public bool Contains(ReadOnlySpan<byte> name) => _enteredByName.Contains(name);

    private ReadOnlySpan<byte> Name(int id) => _ranges[id].Length == 0 ? _empty[id] : this[id];

    private readonly record struct Range(int Start, int Length);

    /// <summary>Compares ids by their tokens' bytes. The hash is seeded per process, so that no file can make names collide.</summary>
    private sealed class NameComparer(TokenTable tokens) : IEqualityComparer<int>, IAlternateEqualityComparer<ReadOnlySpan<byte>, int>
    {
        public bool Equals(int x, int y) => tokens.Name(x).SequenceEqual(tokens.Name(y));

        public bool Equals(ReadOnlySpan<byte> alternate, int other) => tokens.Name(other).SequenceEqual(alternate);

        public int GetHashCode(int id) => GetHashCode(tokens.Name(id));

        public int GetHashCode(ReadOnlySpan<byte> name)
        {
            var hash = new HashCode();
            hash.AddBytes(name);
            return hash.ToHashCode();
        }

        public int Create(ReadOnlySpan<byte> alternate) => throw new NotSupportedException("Tokens are entered by id.");
    }
}
