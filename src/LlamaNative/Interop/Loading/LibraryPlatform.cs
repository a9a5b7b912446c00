using System.Buffers.Binary;

namespace LlamaNative.Interop;

/// <summary>
/// Reads the target platform of a native library from its header, because the loader's error for a library of another platform does not
/// mention the platform. ELF: gABI 4.1 (e_machine); PE: the COFF header at e_lfanew; Mach-O: cputype.
/// </summary>
internal static class LibraryPlatform
{
    private const int HeaderLength = 4096;

    /// <summary>
    /// The NuGet runtime identifier, e.g. <c>win-arm64</c>; null if the format is not supported or the file cannot be read.
    /// </summary>
    public static string? Of(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            byte[] header = new byte[HeaderLength];
            return Of(header.AsSpan(0, stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static string? Of(ReadOnlySpan<byte> header)
    {
        if (header.StartsWith("\u007fELF"u8) && header.Length >= 20)
        {
            return Named("linux", BinaryPrimitives.ReadUInt16LittleEndian(header[18..]), x64: 62, arm64: 183);
        }

        if (header.StartsWith("MZ"u8) && header.Length >= 64)
        {
            int offset = BinaryPrimitives.ReadInt32LittleEndian(header[60..]);
            return offset >= 0 && offset <= header.Length - 6 && header[offset..].StartsWith("PE\0\0"u8)
                ? Named("win", BinaryPrimitives.ReadUInt16LittleEndian(header[(offset + 4)..]), x64: 0x8664, arm64: 0xAA64)
                : null;
        }

        ReadOnlySpan<byte> machO64 = [0xCF, 0xFA, 0xED, 0xFE];
        return header.StartsWith(machO64) && header.Length >= 8
            ? Named("osx", BinaryPrimitives.ReadInt32LittleEndian(header[4..]), x64: 0x0100_0007, arm64: 0x0100_000C)
            : null;
    }

    private static string Named(string system, int machine, int x64, int arm64) =>
        system + (machine == x64 ? "-x64" : machine == arm64 ? "-arm64" : " on an unknown processor");
}
