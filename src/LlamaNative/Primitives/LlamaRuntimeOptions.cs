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
    /// Receives llama.cpp's own log, a line an entry. Null drops it: nothing is ever written to standard error.
    /// The native log is one for the whole process, so the last logger given is the one that is used.
    /// </summary>
    public ILogger? Logger { get; init; }
}
