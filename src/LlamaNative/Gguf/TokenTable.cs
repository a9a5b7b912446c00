using System.Globalization;
using System.Text;

namespace LlamaNative.Gguf;

/// <summary>
/// The tokens of a vocabulary, read in place from the file and found by id or by their bytes. Objects for a hundred thousand tokens would
/// take more memory than everything else allocated while loading a model.
/// </summary>
internal sealed unsafe class TokenTable
{
    private readonly byte* _elements;
    private readonly int[] _starts;
    private readonly Dictionary<int, byte[]> _empty = [];
    private readonly HashSet<int> _entered;
    private readonly HashSet<int>.AlternateLookup<ReadOnlySpan<byte>> _enteredByName;

    /// <param name="elements">The elements of an array, each an 8-byte length followed by the bytes. They must stay valid while the table
    /// is used.</param>
    /// <param name="byteCount">The size of the elements in bytes.</param>
    /// <param name="count">The number of elements.</param>
    public TokenTable(byte* elements, int byteCount, int count)
    {
        _elements = elements;
        _starts = new int[count + 1];
        _starts[0] = sizeof(ulong);
        _entered = new HashSet<int>(count, new NameComparer(this));
        _enteredByName = _entered.GetAlternateLookup<ReadOnlySpan<byte>>();
        var reader = new GgufElementReader(new ReadOnlySpan<byte>(elements, byteCount), GgufValueType.String);
        for (int id = 0; id < count; id++)
        {
            _starts[id + 1] = _starts[id] + reader.Next().Length + sizeof(ulong);
            if (this[id].IsEmpty)
            {
                _empty[id] = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"[EMPTY_{id}]"));
            }
        }
    }

    public int Count => _starts.Length - 1;

    /// <summary>The token's bytes up to the first zero, because llama.cpp reads C strings.</summary>
    public ReadOnlySpan<byte> this[int id]
    {
        get
        {
            int start = _starts[id];
            var text = new ReadOnlySpan<byte>(_elements + start, _starts[id + 1] - sizeof(ulong) - start);
            int end = text.IndexOf((byte)0);
            return end < 0 ? text : text[..end];
        }
    }

    /// <summary>
    /// Adds a token by its bytes, or by the name that llama.cpp gives an empty token; returns false if the name is already in use.
    /// </summary>
    public bool TryAdd(int id) => _entered.Add(id);

    /// <summary>Whether a token with these bytes has been added.</summary>
    public bool Contains(ReadOnlySpan<byte> name) => _enteredByName.Contains(name);

    private ReadOnlySpan<byte> Name(int id)
    {
        ReadOnlySpan<byte> text = this[id];
        return text.IsEmpty && _empty.TryGetValue(id, out byte[]? name) ? name : text;
    }

    /// <summary>Compares ids by their tokens' bytes. The hash is seeded per process, so that a file cannot cause collisions.</summary>
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

        public int Create(ReadOnlySpan<byte> alternate) => throw new NotSupportedException("Tokens are added by id.");
    }
}
