using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Interop;

/// <summary>Reads text that native functions return, which is UTF-8. Invalid bytes become U+FFFD.</summary>
internal static unsafe class NativeText
{
    /// <summary>The zero-terminated text at an address; null for a null pointer.</summary>
    public static string? Read(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    /// <summary>
    /// Reads a text through a function that fills a buffer and returns the length the text needs; a negative length
    /// means there is no such text.
    /// </summary>
    public static string? Read(Func<nint, nuint, int> fill)
    {
        Span<byte> buffer = stackalloc byte[256];
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

            buffer = new byte[length + 1];
        }
    }
}
