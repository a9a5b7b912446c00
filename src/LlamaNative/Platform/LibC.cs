using System.Runtime.InteropServices;

namespace LlamaNative.Platform;

/// <summary>Functions of Linux's C library, which every process has loaded: found by name, without guessing the library's file.</summary>
internal static class LibC
{
    /// <summary>A function's address; zero on other systems, and where there is none of this name.</summary>
    public static nint Find(string function) =>
        OperatingSystem.IsLinux() && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), function, out nint address) ? address : 0;
}
