namespace LlamaNative.Interop;

/// <summary>ggml-backend.h: <c>enum ggml_backend_dev_type</c>.</summary>
internal enum GgmlBackendDevType
{
    Cpu = 0,
    Gpu = 1,
    Igpu = 2,
    Accel = 3,
    Meta = 4,
}
