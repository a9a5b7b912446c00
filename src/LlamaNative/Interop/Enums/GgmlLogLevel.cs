namespace LlamaNative.Interop;

/// <summary>ggml.h: <c>enum ggml_log_level</c>; <see cref="Cont"/> continues the previous line.</summary>
internal enum GgmlLogLevel
{
    None = 0,
    Debug = 1,
    Info = 2,
    Warn = 3,
    Error = 4,
    Cont = 5,
}
