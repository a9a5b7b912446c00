using System.Runtime.InteropServices;
using LlamaNative.Tensors;

namespace LlamaNative.Interop;

/// <summary>ggml.h: quantization and dequantization of rows.</summary>
internal static unsafe partial class GgmlQuantization
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial ggml_type_traits* ggml_get_type_traits(GgmlType type);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_quantize_init(GgmlType type);

    [LibraryImport(NativeLibraries.GgmlBase)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ggml_quantize_requires_imatrix(GgmlType type);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nuint ggml_quantize_chunk(
        GgmlType type, float* source, void* destination, long start, long rows, long rowLength, float* imatrix);
}
