using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>Describes the native library loaded by <see cref="LlamaRuntime.Load"/>.</summary>
/// <param name="Directory">The folder of the libraries.</param>
/// <param name="Version">The llama.cpp release, as the library reports it; <c>b10221</c> for LLamaSharp's, which do not report any.</param>
/// <param name="SystemInfo">The CPU and GPU features in use, in llama.cpp's format.</param>
public sealed record NativeLibraryInfo(string Directory, string Version, string SystemInfo)
{
    private IReadOnlyList<BackendFailure>? _failedBackends;
    private IReadOnlyList<NativeBuild>? _builds;

    /// <summary>
    /// How the libraries in <see cref="Directory"/> were built, if that is recorded beside them. npm's libraries have no record.
    /// Read on first access.
    /// </summary>
    public IReadOnlyList<NativeBuild> Builds => _builds ??= BuildRecord.ReadAll(Directory);

    /// <summary>
    /// The backends in <see cref="Directory"/> that cannot be used on this machine, with the reasons. llama.cpp skips such backends
    /// silently. Determined on first access.
    /// </summary>
    public IReadOnlyList<BackendFailure> FailedBackends => _failedBackends ??= BackendInventory.FindFailures(Directory);
}
