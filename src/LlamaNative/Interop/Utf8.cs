using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Interop;

/// <summary>Text as the native library has it: UTF-8, zero-terminated or with its length given.</summary>
internal static unsafe class Utf8
{
    /// <summary>The text at <paramref name="text"/>; null for a null pointer. Invalid bytes become U+FFFD.</summary>
    public static string? Read(byte* text) =>
        text is null ? null : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

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
                return Encoding.UTF8.GetString(buffer[..length]);
            }

            buffer = larger = new byte[length + 1];
        }
    }
}
