using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>ggml-backend.h: the registry of backends and their devices. Registered devices are never freed.</summary>
internal static unsafe partial class GgmlDevices
{
    [LibraryImport(NativeLibraries.Ggml, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ggml_backend_load_all_from_path(string directory);

    [LibraryImport(NativeLibraries.Ggml)]
    public static partial nuint ggml_backend_dev_count();

    [LibraryImport(NativeLibraries.Ggml)]
    public static partial nint ggml_backend_dev_get(nuint index);

    [LibraryImport(NativeLibraries.Ggml)]
    public static partial nint ggml_backend_dev_by_type(GgmlBackendDevType type);

    [LibraryImport(NativeLibraries.Ggml, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ggml_backend_dev_by_name(string name);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial void ggml_backend_dev_get_props(nint device, ggml_backend_dev_props* properties);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_dev_backend_reg(nint device);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_dev_buffer_type(nint device);

    [LibraryImport(NativeLibraries.Ggml, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ggml_backend_reg_by_name(string name);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial byte* ggml_backend_reg_name(nint registry);

    [LibraryImport(NativeLibraries.GgmlBase, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ggml_backend_reg_get_proc_address(nint registry, string name);

    [LibraryImport(NativeLibraries.GgmlBase)]
    public static partial nint ggml_backend_dev_host_buffer_type(nint device);

    [LibraryImport(NativeLibraries.GgmlBase)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ggml_backend_dev_supports_op(nint device, ggml_tensor* operation);
}
