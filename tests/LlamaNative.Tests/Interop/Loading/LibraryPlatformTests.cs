using System.Buffers.Binary;
using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>The platform in a library's header, which the error of a failed load reports.</summary>
public sealed class LibraryPlatformTests
{
    [Theory]
    [InlineData(62, "linux-x64")] // EM_X86_64
    [InlineData(183, "linux-arm64")] // EM_AARCH64
    [InlineData(40, "linux on an unknown processor")] // EM_ARM
    public void Elf(ushort machine, string expected)
    {
        byte[] header = new byte[64];
        "\u007fELF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(18), machine);
        Assert.Equal(expected, LibraryPlatform.Of(header));
    }

    [Theory]
    [InlineData(0x8664, "win-x64")] // IMAGE_FILE_MACHINE_AMD64
    [InlineData(0xAA64, "win-arm64")] // IMAGE_FILE_MACHINE_ARM64
    public void Pe(ushort machine, string expected)
    {
        byte[] header = new byte[512];
        "MZ"u8.CopyTo(header);
        header[60] = 128;
        "PE\0\0"u8.CopyTo(header.AsSpan(128));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(132), machine);
        Assert.Equal(expected, LibraryPlatform.Of(header));
    }

    [Theory]
    [InlineData(0x0100_0007, "osx-x64")] // CPU_TYPE_X86_64
    [InlineData(0x0100_000C, "osx-arm64")] // CPU_TYPE_ARM64
    public void MachO(int processor, string expected)
    {
        byte[] header = [0xCF, 0xFA, 0xED, 0xFE, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), processor);
        Assert.Equal(expected, LibraryPlatform.Of(header));
    }

    [Fact]
    public void Anything_else_has_none_and_harms_nobody()
    {
        Assert.Null(LibraryPlatform.Of(Path.Combine(Path.GetTempPath(), "no such library")));
        var random = new Random(1);
        foreach (byte[] start in new byte[][] { [], [.. "\u007fELF"u8], [.. "MZ"u8], [0xCF, 0xFA, 0xED, 0xFE] })
        {
            Assert.Null(LibraryPlatform.Of(start));
            for (int i = 0; i < 200; i++)
            {
                // Offsets to anywhere, before and behind the file.
                byte[] header = new byte[random.Next(start.Length, 128)];
                random.NextBytes(header);
                start.CopyTo(header, 0);
                _ = LibraryPlatform.Of(header);
            }
        }
    }
}
