using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using LlamaNative.Gguf;

namespace LlamaNative.Tests.Gguf;

/// <summary>If these fail, a vocabulary with a duplicate token reaches llama.cpp, which asserts, or a valid one is rejected.</summary>
public sealed class TokenTableTests
{
    private readonly List<byte[]> _pinned = []; // kept for as long as the tables read them

    // Every place where two tokens of ordinary lengths can differ.
    [Fact]
    public void Tokens_that_differ_in_one_byte_are_different_ones()
    {
        var texts = new List<byte[]>();
        for (int length = 1; length <= 26; length++)
        {
            texts.Add(Enumerable.Repeat((byte)'a', length).ToArray());
            for (int at = 0; at < length; at++)
            {
                byte[] other = Enumerable.Repeat((byte)'a', length).ToArray();
                other[at] = 0xFF;
                texts.Add(other);
            }
        }

        var table = NewTable(Encode(texts), texts.Count);
        for (int id = 0; id < texts.Count; id++)
        {
            Assert.False(table.Contains(texts[id]));
            Assert.True(table.TryAdd(id));
            Assert.True(table.Contains(texts[id]));
            Assert.Equal(texts[id], table[id].ToArray());
        }
    }

    [Fact]
    public void The_same_text_twice_is_found_among_thousands()
    {
        var random = new Random(11);
        var texts = new List<byte[]>();
        var known = new HashSet<string>();
        while (texts.Count < 20_000)
        {
            byte[] text = new byte[random.Next(1, 20)];
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (byte)random.Next('a', 'd');
            }

            texts.Add(text);
        }

        var table = NewTable(Encode(texts), texts.Count);
        for (int id = 0; id < texts.Count; id++)
        {
            Assert.Equal(known.Add(Encoding.ASCII.GetString(texts[id])), table.TryAdd(id));
        }
    }

    // llama.cpp reads texts as C strings, and names those that are empty then "[EMPTY_id]".
    [Fact]
    public void A_text_ends_at_its_first_zero_and_an_empty_one_has_a_name()
    {
        byte[][] texts = [[(byte)'a', 0, (byte)'b'], [0], "[EMPTY_1]"u8.ToArray(), "a"u8.ToArray()];
        var table = NewTable(Encode(texts), texts.Length);
        Assert.True(table.TryAdd(0));
        Assert.True(table.TryAdd(1));
        Assert.False(table.TryAdd(2));
        Assert.False(table.TryAdd(3));
    }

    [Fact]
    public void Bytes_that_end_too_early_are_refused_wherever_they_end()
    {
        byte[] whole = Encode([[1, 2, 3], [4, 5, 6, 7, 8]]);
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] part = whole[..length];
            Assert.Throws<GgufFormatException>(() => NewTable(part, 2).Count);
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(uint.MaxValue)]
    [InlineData(4UL)]
    public void A_length_beyond_the_bytes_is_refused(ulong length)
    {
        byte[] bytes = Encode([[1, 2, 3]]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Assert.Throws<GgufFormatException>(() => NewTable(bytes, 1).Count);
    }

    private unsafe TokenTable NewTable(byte[] elements, int count)
    {
        byte[] pinned = GC.AllocateArray<byte>(elements.Length + 1, pinned: true);
        elements.CopyTo(pinned, 0);
        _pinned.Add(pinned);
        return new TokenTable((byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), elements.Length, count);
    }

    private static byte[] Encode(IEnumerable<byte[]> texts) =>
        [.. texts.SelectMany(text => BitConverter.GetBytes((ulong)text.Length).Concat(text))];
}
