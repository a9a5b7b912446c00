using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>ggml.h: quantizing rows of numbers and reading them back.</summary>
internal static unsafe partial class GgmlQuantization
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_type_traits* ggml_get_type_traits(int type);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_quantize_init(int type);

    [LibraryImport(NativeLibraries.GgmlBase)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ggml_quantize_requires_imatrix(int type);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nuint ggml_quantize_chunk(int type, float* source, void* destination, long start, long rows, long rowLength, float* imatrix);
}
