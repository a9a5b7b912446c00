using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Lets llama.cpp go on where a C assertion fails, as it does on other systems: only its libraries for Windows are built with
/// assertions, and with them a model whose numbers overflow ends the process (ggml-cpu/ops.cpp, <c>assert(!isnan(x))</c>).
/// </summary>
internal static unsafe partial class WindowsAssertions
{
    private const uint ReadWrite = 4; // PAGE_READWRITE

    /// <summary>Turns them off in the libraries of a folder that are loaded; false where none has any.</summary>
    public static bool TurnOff(string directory)
    {
        bool any = false;
        // What an assertion calls may return (assert.h; debuggers offer to ignore one), so a function that takes nothing
        // and does nothing can stand for it. One of the system's, because code of ours may be unloaded with a plugin.
        nint nothing = NativeLibrary.GetExport(NativeLibrary.Load("kernel32"), "GetCurrentThreadId");
        foreach (string file in (string[])[.. Directory.EnumerateFiles(directory, "llama*.dll"),
            .. Directory.EnumerateFiles(directory, "ggml*.dll")])
        {
            byte* image = GetModuleHandleW(file);
            nint* failed = image is null ? null : PeImports.Find(image, "_wassert"u8);
            if (failed is not null && VirtualProtect(failed, (nuint)sizeof(nint), ReadWrite, out uint before) != 0)
            {
                *failed = nothing;
                _ = VirtualProtect(failed, (nuint)sizeof(nint), before, out _);
                any = true;
            }
        }

        return any;
    }

    [LibraryImport("kernel32", StringMarshalling = StringMarshalling.Utf16)]
    private static partial byte* GetModuleHandleW(string file);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint before);
}
