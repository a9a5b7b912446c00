using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Interop;

/// <summary>Reads UTF-8 text returned by native functions. Invalid bytes become U+FFFD.</summary>
internal static unsafe class NativeText
{
    /// <summary>Reads a zero-terminated string; null for a null pointer.</summary>
    public static string? Read(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    /// <summary>
    /// Reads a string with a function that fills a buffer and returns the length of the string, or a negative value if there is none.
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

            // The native side uses the last byte for the terminating zero.
            if (length < buffer.Length)
            {
                return Encoding.UTF8.GetString(buffer[..length]);
            }

            buffer = new byte[length + 1];
        }
    }
}
