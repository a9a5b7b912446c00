using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>ggml-backend.h and ggml-alloc.h: memory on devices and the data of tensors in it.</summary>
internal static unsafe partial class GgmlBuffers
{
    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_alloc_ctx_tensors_from_buft(GgmlContextHandle context, nint bufferType);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nuint ggml_backend_alloc_ctx_tensors_from_buft_size(GgmlContextHandle context, nint bufferType);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_cpu_buffer_from_ptr(void* pointer, nuint size);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial GgmlStatus ggml_backend_tensor_alloc(GgmlBufferHandle buffer, ggml_tensor* tensor, void* address);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_backend_buffer_free(nint buffer);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_backend_buffer_clear(GgmlBufferHandle buffer, byte value);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_backend_buffer_set_usage(GgmlBufferHandle buffer, GgmlBackendBufferUsage usage);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_buffer_get_type(nint buffer);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial byte* ggml_backend_buffer_name(nint buffer);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial GgmlStatus ggml_backend_view_init(ggml_tensor* tensor);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_backend_tensor_set(ggml_tensor* tensor, void* data, nuint offset, nuint size);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_backend_tensor_get(ggml_tensor* tensor, void* data, nuint offset, nuint size);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_buft_alloc_buffer(nint bufferType, nuint size);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nuint ggml_backend_buft_get_alloc_size(nint bufferType, ggml_tensor* tensor);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial byte* ggml_backend_buft_name(nint bufferType);
}
