using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// The files of llama.cpp and ggml that something else in the process has loaded, for example LLamaSharp. Systems bind a library to the
/// dependencies that are already loaded under the same names, so a second set would be mixed with the first, and the process could end with
/// an undefined symbol.
/// </summary>
internal static partial class LoadedLibraries
{
    /// <summary>The full paths of the loaded files named like one of the three libraries.</summary>
    public static IReadOnlyList<string> Find() => [.. Modules().Where(IsNativeLibrary).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether a file is named like the library, with or without a version: libllama.so, libllama.v0.4.0.so, llama.dll.</summary>
    public static bool IsNamed(string file, string library)
    {
        string name = Path.GetFileName(file);
        string start = (OperatingSystem.IsWindows() ? library : "lib" + library) + ".";
        return name.StartsWith(start, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)
            && (name.Contains(".so", StringComparison.Ordinal) || Path.GetExtension(name).ToUpperInvariant() is ".DLL" or ".DYLIB");
    }

    private static bool IsNativeLibrary(string file)
    {
        foreach (string library in NativeLibraries.InLoadOrder)
        {
            if (IsNamed(file, library))
            {
                return true;
            }
        }

        return false;
    }

    private static List<string> Modules()
    {
        if (OperatingSystem.IsLinux())
        {
            return MappedFiles();
        }

        // .NET lists only the executable there.
        if (OperatingSystem.IsMacOS())
        {
            return MacImages();
        }

        using var process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Select(module => module.FileName)];
    }

    // proc(5): the path is the last column. Process.Modules reads this file too, but takes 12 to 27 ms on its first use, and this 0.3 ms.
    private static List<string> MappedFiles() =>
        [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains('/')).Select(line => line[line.IndexOf('/')..])];

    private static List<string> MacImages()
    {
        var images = new List<string>();
        for (uint i = 0; i < _dyld_image_count(); i++)
        {
            // Null if another thread has unloaded one meanwhile.
            if (Marshal.PtrToStringUTF8(_dyld_get_image_name(i)) is { } name)
            {
                images.Add(name);
            }
        }

        return images;
    }

    // mach-o/dyld.h
    [LibraryImport("libSystem")]
    private static partial uint _dyld_image_count();

    [LibraryImport("libSystem")]
    private static partial nint _dyld_get_image_name(uint index);
}
