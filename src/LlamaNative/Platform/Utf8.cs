using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Platform;

/// <summary>Text as the native library has it: UTF-8, zero-terminated or with its length given.</summary>
/// <remarks>
/// Short ASCII is converted here, byte by byte: the first conversion of a program by <see cref="Encoding"/> loads the types of
/// its vector code, 2 ms in each direction, and on the way to the first token there are only paths, keys and versions.
/// </remarks>
internal static unsafe class Utf8
{
    private const int Short = 256;

    /// <summary>The text at <paramref name="text"/>; null for a null pointer. Invalid bytes become U+FFFD.</summary>
    public static string? Read(byte* text)
    {
        if (text is null)
        {
            return null;
        }

        int length = LengthToZero(new ReadOnlySpan<byte>(text, Short));
        return GetString(length < Short ? new ReadOnlySpan<byte>(text, length) : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
    }

    /// <summary>The text that the bytes are. Invalid bytes become U+FFFD.</summary>
    public static string GetString(ReadOnlySpan<byte> bytes) => ShortAscii(bytes) ?? Encoding.UTF8.GetString(bytes);

    /// <summary>The text that the bytes are; null for invalid ones.</summary>
    public static string? GetValidString(ReadOnlySpan<byte> bytes) =>
        ShortAscii(bytes) ?? (System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null);

    /// <summary>How many bytes there are before the first zero, or in all. No vectorised search, for the same reason.</summary>
    public static int LengthToZero(ReadOnlySpan<byte> bytes)
    {
        int length = 0;
        while (length < bytes.Length && bytes[length] != 0)
        {
            length++;
        }

        return length;
    }

    /// <summary>The bytes of a text. A lone surrogate becomes U+FFFD.</summary>
    public static byte[] GetBytes(string text)
    {
        Span<byte> ascii = stackalloc byte[Short];
        return TryShortAscii(text, ascii) ? ascii[..text.Length].ToArray() : Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Writes the bytes of a text, and returns how many they are. A lone surrogate becomes U+FFFD.</summary>
    /// <exception cref="ArgumentException">There is not the room.</exception>
    public static int GetBytes(string text, Span<byte> destination) =>
        TryShortAscii(text, destination) ? text.Length : Encoding.UTF8.GetBytes(text, destination);

    /// <summary>The bytes of a text with a zero behind them.</summary>
    public static byte[] ZeroTerminated(string text)
    {
        byte[] ascii = new byte[text.Length + 1];
        if (TryShortAscii(text, ascii))
        {
            return ascii;
        }

        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    private static bool TryShortAscii(string text, Span<byte> destination)
    {
        if (text.Length > Short || text.Length > destination.Length)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] > 0x7F)
            {
                return false;
            }

            destination[i] = (byte)text[i];
        }

        return true;
    }

    private static string? ShortAscii(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Short)
        {
            return null;
        }

        char* ascii = stackalloc char[Short];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] > 0x7F)
            {
                return null;
            }

            ascii[i] = (char)bytes[i];
        }

        return new string(ascii, 0, bytes.Length);
    }

    /// <summary>
    /// Reads a text through a function that fills a buffer and returns the length the text needs; a negative length
    /// means there is no such text.
    /// </summary>
    public static string? Read(Func<nint, nuint, int> fill)
    {
        Span<byte> buffer = stackalloc byte[256];
        byte[]? larger = null;
        while (true)
        {
            int length;
            fixed (byte* pointer = buffer)
            {
                length = fill((nint)pointer, (nuint)buffer.Length);
            }

            if (length < 0)
            {
                return null;
            }

            // The native side reserves the last byte for its zero.
            if (length < buffer.Length)
            {
                return GetString(buffer[..length]);
            }

            buffer = larger = new byte[length + 1];
        }
    }
}
