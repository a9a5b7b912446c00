using Microsoft.Extensions.Logging;

namespace LlamaNative;

/// <summary>Where the native library lies and where its log goes; see <see cref="LlamaRuntime.Load"/>.</summary>
public sealed record LlamaRuntimeOptions
{
    /// <summary>
    /// The folder with the native libraries. Null looks in the folder named by the environment variable
    /// <c>LLAMANATIVE_LIBRARY_DIR</c>, beside the application, and in the layout of NuGet packages.
    /// </summary>
    public string? LibraryDirectory { get; init; }

    /// <summary>
    /// Receives llama.cpp's own log, one entry per line, except what it logs for a model that has a
    /// <c>ModelOptions.Logger</c>. Null drops it; nothing is ever written to standard error. The first logger
    /// given stays for the life of the process, and giving another one later throws.
    /// </summary>
    public ILogger? Logger { get; init; }
}
