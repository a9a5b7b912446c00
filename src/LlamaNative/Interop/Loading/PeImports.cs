using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>The functions that a loaded Windows library takes from others (PE Format, the .idata section; PE32+).</summary>
internal static unsafe class PeImports
{
    private const int HeaderPointer = 0x3C;
    // signature and file header, optional header up to its directories, the second of them
    private const int ImportDirectory = 24 + 112 + 8;
    private const int Hint = 2;

    /// <summary>Where the address of a function lies that the library calls; null where it takes no such function.</summary>
    /// <param name="image">A library as the system has loaded it.</param>
    /// <param name="function">Its name.</param>
    public static nint* Find(byte* image, ReadOnlySpan<byte> function)
    {
        uint directory = *(uint*)(image + *(uint*)(image + HeaderPointer) + ImportDirectory);
        if (directory == 0)
        {
            return null;
        }

        for (var library = (Descriptor*)(image + directory); library->Name != 0; library++)
        {
            var names = (long*)(image + library->Names);
            var addresses = (nint*)(image + library->Addresses);
            for (int i = 0; names[i] != 0; i++)
            {
                bool byNumber = names[i] < 0;
                if (!byNumber && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(image + names[i] + Hint).SequenceEqual(function))
                {
                    return addresses + i;
                }
            }
        }

        return null;
    }

    /// <summary><c>IMAGE_IMPORT_DESCRIPTOR</c>: addresses relative to the image.</summary>
    private readonly record struct Descriptor(uint Names, uint TimeStamp, uint Forwarder, uint Name, uint Addresses);
}
