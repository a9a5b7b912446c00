namespace LlamaNative.Interop;

/// <summary>ggml.h: <c>enum ggml_status</c>, the result of a computation or allocation.</summary>
internal enum GgmlStatus
{
    AllocFailed = -2,
    Failed = -1,
    Success = 0,
    Aborted = 1,
}
