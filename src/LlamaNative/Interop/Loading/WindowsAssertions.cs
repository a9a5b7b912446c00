using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Disables C assertions in llama.cpp. Only its Windows libraries are built with assertions, so that a model whose values overflow would
/// terminate the process (ggml-cpu/ops.cpp, <c>assert(!isnan(x))</c>), unlike on other systems.
/// </summary>
internal static unsafe partial class WindowsAssertions
{
    private const uint ReadWrite = 4; // PAGE_READWRITE

    /// <summary>Disables assertions in the loaded libraries of a folder; returns false if none of them has assertions.</summary>
    public static bool TurnOff(string directory)
    {
        bool any = false;
        // The assertion handler may return (assert.h), so a function without parameters and side effects can replace it. It is a system
        // function, because a managed one may be unloaded with a plugin.
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
