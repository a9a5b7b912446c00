using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using LlamaNative.Platform;

namespace LlamaNative.Gguf;

/// <summary>
/// The tokens of a vocabulary where they lie in the file, found by id and by their bytes. A hundred thousand of them as
/// objects would take more memory than all else that loading a model allocates.
/// </summary>
internal readonly ref struct TokenTable
{
    // Odd, and another in every process, so that no file can make names collide: made from the runtime's own secret.
    private static readonly ulong Multiplier =
        ((ulong)nameof(TokenTable).GetHashCode(StringComparison.Ordinal) << 32) | (uint)nameof(Multiplier).GetHashCode(StringComparison.Ordinal) | 1;

    private readonly ReadOnlySpan<byte> _elements;
    private readonly int[] _starts;
    private readonly int[] _lengths; // up to the first zero, as llama.cpp reads them
    private readonly int[] _slots;   // id + 1 by hash, 0 where free; open addressing
    private readonly Dictionary<int, byte[]> _empty;

    /// <param name="elements">An array's elements: each a length of eight bytes and so many bytes.</param>
    /// <param name="count">How many there are.</param>
    public TokenTable(ReadOnlySpan<byte> elements, int count)
    {
        _elements = elements;
        _starts = new int[count];
        _lengths = new int[count];
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, Math.Min(count, 1 << 29) * 2L))];
        _empty = [];
        var reader = new GgufElementReader(elements, GgufValueType.String);
        int position = 0;
        for (int id = 0; id < count; id++)
        {
            ReadOnlySpan<byte> text = reader.Next();
            _starts[id] = position + sizeof(ulong);
            _lengths[id] = Utf8.LengthToZero(text);
            position += sizeof(ulong) + text.Length;
            if (_lengths[id] == 0)
            {
                _empty[id] = Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[EMPTY_{id}]"));
            }
        }
    }

    public int Count => _starts.Length;

    /// <summary>The token's bytes up to the first zero.</summary>
    public ReadOnlySpan<byte> this[int id] => _elements.Slice(_starts[id], _lengths[id]);

    /// <summary>Enters a token under its bytes, or under the name llama.cpp gives an empty one; false when those are taken.</summary>
    public bool TryAdd(int id)
    {
        int slot = Find(Name(id));
        if (_slots[slot] != 0)
        {
            return false;
        }

        _slots[slot] = id + 1;
        return true;
    }

    /// <summary>Whether a token has been entered under these bytes.</summary>
    public bool Contains(ReadOnlySpan<byte> name) => _slots[Find(name)] != 0;

    private ReadOnlySpan<byte> Name(int id) => _lengths[id] == 0 ? _empty[id] : this[id];

    /// <summary>Where the bytes are, or where they would go.</summary>
    private int Find(ReadOnlySpan<byte> name)
    {
        int mask = _slots.Length - 1;
        int slot = Hash(name) & mask;
        while (_slots[slot] != 0 && !Name(_slots[slot] - 1).SequenceEqual(name))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    /// <summary>Eight bytes at a time; each multiplication carries them upwards, and each shift brings them down again.</summary>
    /// <remarks>Through a reference: compiled ahead, every slice of a span is a call.</remarks>
    private static int Hash(ReadOnlySpan<byte> name)
    {
        ref byte bytes = ref MemoryMarshal.GetReference(name);
        ulong multiplier = Multiplier;
        ulong hash = multiplier;
        int at = 0;
        for (; at <= name.Length - sizeof(ulong); at += sizeof(ulong))
        {
            hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, at)), multiplier);
        }

        ulong rest = (ulong)(name.Length - at);
        for (; at < name.Length; at++)
        {
            rest = (rest << 8) | Unsafe.Add(ref bytes, at);
        }

        return (int)(Mix(hash ^ rest, multiplier) * multiplier >> 32);
    }

    private static ulong Mix(ulong hash, ulong multiplier)
    {
        hash *= multiplier;
        return hash ^ (hash >> 32);
    }
}
