using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>Describes the native library loaded by <see cref="LlamaRuntime.Load"/>.</summary>
/// <param name="Directory">The folder of the libraries.</param>
/// <param name="Version">The llama.cpp release, as the library reports it; <c>b10221</c> for LLamaSharp's, which do not report any.</param>
/// <param name="SystemInfo">The CPU and GPU features in use, in llama.cpp's format.</param>
public sealed record NativeLibraryInfo(string Directory, string Version, string SystemInfo)
{
    private IReadOnlyList<BackendFailure>? _failedBackends;

    /// <summary>
    /// Whether the libraries are a debug build with C assertions, which is many times slower than a release build. Detected on Windows
    /// only. A failed assertion does not terminate the process.
    /// </summary>
    public bool IsDebugBuild { get; init; }

    /// <summary>
    /// The backends in <see cref="Directory"/> that cannot be used on this machine, with the reasons. llama.cpp skips such backends
    /// silently. Determined on first access.
    /// </summary>
    public IReadOnlyList<BackendFailure> FailedBackends => _failedBackends ??= BackendInventory.FindFailures(Directory);
}
