using Microsoft.Extensions.Logging;

namespace LlamaNative;

/// <summary>The location of the native library and the destination of its log; see <see cref="LlamaRuntime.Load"/>.</summary>
public sealed record LlamaRuntimeOptions
{
    /// <summary>
    /// The folder that contains the native libraries. When null, the library searches the folder in the environment variable
    /// <c>LLAMANATIVE_LIBRARY_DIR</c>, the application's folder, and the folders that NuGet packages use.
    /// </summary>
    public string? LibraryDirectory { get; init; }

    /// <summary>
    /// Whether to use llama.cpp's libraries that something else in the process has already loaded, such as LLamaSharp, if they are of a
    /// supported release. When false, loading a second set throws, because the system would mix the two. No effect if the process has
    /// loaded none.
    /// </summary>
    public bool UseLoadedLibrary { get; init; }

    /// <summary>
    /// Receives llama.cpp's log, one entry per line, except lines logged for a model with its own <c>ModelOptions.Logger</c>. When null,
    /// the log is discarded; it is never written to standard error. The first logger set stays in use for the life of the process, and
    /// setting a different one later throws.
    /// </summary>
    public ILogger? Logger { get; init; }
}
