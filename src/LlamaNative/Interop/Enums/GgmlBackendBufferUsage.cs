namespace LlamaNative.Interop;

/// <summary>ggml-backend.h: <c>enum ggml_backend_buffer_usage</c>, the purpose of a buffer.</summary>
internal enum GgmlBackendBufferUsage
{
    Any = 0,
    Weights = 1,
    Compute = 2,
}
