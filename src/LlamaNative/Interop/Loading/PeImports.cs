using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>The import table of a loaded Windows library (PE32+; "PE Format", the .idata section).</summary>
internal static unsafe class PeImports
{
    private const int HeaderPointer = 0x3C;
    // the sizes of the signature and file header, the optional header up to its directories, and the first directory
    private const int ImportDirectory = 24 + 112 + 8;
    private const int Hint = 2;

    /// <summary>Returns the import address table entry of a function; null if the library does not import it.</summary>
    /// <param name="image">The base address of the loaded library.</param>
    /// <param name="function">The name of the function.</param>
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

    /// <summary><c>IMAGE_IMPORT_DESCRIPTOR</c>: the addresses are relative to the image.</summary>
    private readonly record struct Descriptor(uint Names, uint TimeStamp, uint Forwarder, uint Name, uint Addresses);
}
