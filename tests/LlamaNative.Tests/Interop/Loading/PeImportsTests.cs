using System.Buffers.Binary;
using System.Text;
using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>
/// Finds the imports of a Windows library, in an image built by hand from the PE format. Their use needs Windows:
/// tests/LlamaNative.Consumers.Tests, WindowsTests.
/// </summary>
public sealed unsafe class PeImportsTests
{
    private const int Header = 0x80;
    private const int Directory = 0x200;
    private const int Names = 0x300;
    private const int Addresses = 0x400;
    private const int Texts = 0x500;

    [Theory]
    [InlineData("_wassert", 1, 1)]
    [InlineData("abort", 0, 0)]
    [InlineData("malloc", 1, 2)]
    public void Finds_where_the_address_lies(string function, int library, int index)
    {
        fixed (byte* image = Image([["abort"], ["7", "_wassert", "malloc"]]))
        {
            Assert.Equal(Addresses + (0x40 * library) + (8 * index),
                (byte*)PeImports.Find(image, Encoding.ASCII.GetBytes(function)) - image);
        }
    }

    [Theory]
    [InlineData("_wasser")]
    [InlineData("_wassert2")]
    [InlineData("7")]
    public void What_is_not_taken_is_not_found(string function)
    {
        fixed (byte* image = Image([["abort"], ["7", "_wassert"]]))
        {
            Assert.True(PeImports.Find(image, Encoding.ASCII.GetBytes(function)) is null);
        }
    }

    [Fact]
    public void A_library_that_takes_nothing_has_no_table()
    {
        byte[] bytes = Image([]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Header + 24 + 120), 0);
        fixed (byte* image = bytes)
        {
            Assert.True(PeImports.Find(image, "abort"u8) is null);
        }
    }

    /// <summary>An image that imports these functions from each library; a digit means an import by ordinal.</summary>
    private static byte[] Image(string[][] libraries)
    {
        byte[] image = new byte[0x1000];
        int text = Texts;
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(0x3C), Header);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(Header + 24 + 120), Directory);
        for (int i = 0; i < libraries.Length; i++)
        {
            Span<byte> descriptor = image.AsSpan(Directory + (20 * i));
            BinaryPrimitives.WriteInt32LittleEndian(descriptor, Names + (0x40 * i));
            BinaryPrimitives.WriteInt32LittleEndian(descriptor[12..], Texts);
            BinaryPrimitives.WriteInt32LittleEndian(descriptor[16..], Addresses + (0x40 * i));
            for (int j = 0; j < libraries[i].Length; j++)
            {
                string function = libraries[i][j];
                bool byNumber = char.IsDigit(function[0]);
                ulong name = byNumber ? 1UL << 63 | 7 : (ulong)text;
                BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(Names + (0x40 * i) + (8 * j)), name);
                if (!byNumber)
                {
                    text += 2; // the hint
                    text += Encoding.ASCII.GetBytes(function, image.AsSpan(text)) + 1;
                }
            }
        }

        return image;
    }
}
