using System.Buffers.Binary;

namespace LlamaNative.Consumers.Tests.Packages;

/// <summary>
/// A native library's platform, dependencies, imports and exports, parsed from the file, so that the libraries of every
/// platform can be checked on any other.
/// </summary>
internal abstract class NativeImage
{
    /// <summary>In NuGet's terms, e.g. <c>osx-arm64</c>.</summary>
    public required string Platform { get; set; }

    /// <summary>The names of the libraries that it links to.</summary>
    public HashSet<string> Needed { get; } = [];

    /// <summary>The functions and variables that it imports.</summary>
    public HashSet<string> Imports { get; } = new(StringComparer.Ordinal);

    /// <summary>The functions and variables that it exports.</summary>
    public HashSet<string> Exports { get; } = new(StringComparer.Ordinal);

    public static NativeImage Read(byte[] file) => BinaryPrimitives.ReadUInt32BigEndian(file) switch
    {
        0x7F454C46 => ElfImage.Read(file),
        0xCFFAEDFE => MachOImage.Read(file),
        _ when file.AsSpan().StartsWith("MZ"u8) => PeImage.Read(file),
        _ => throw new InvalidDataException("neither ELF nor Mach-O nor PE"),
    };

    /// <summary>The zero-terminated text at an offset.</summary>
    protected static string TextAt(ReadOnlySpan<byte> file, long offset)
    {
        ReadOnlySpan<byte> rest = file[checked((int)offset)..];
        return System.Text.Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    protected static uint U32(ReadOnlySpan<byte> file, long offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(file[checked((int)offset)..]);

    protected static ushort U16(ReadOnlySpan<byte> file, long offset) =>
        BinaryPrimitives.ReadUInt16LittleEndian(file[checked((int)offset)..]);

    protected static long I64(ReadOnlySpan<byte> file, long offset) => BinaryPrimitives.ReadInt64LittleEndian(file[checked((int)offset)..]);
}
