using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>What <see cref="LlamaRuntime.Load"/> loaded.</summary>
/// <param name="Directory">The folder the libraries came from.</param>
/// <param name="Version">The llama.cpp release, as the library itself says.</param>
/// <param name="SystemInfo">The CPU and GPU features in use, as llama.cpp prints them.</param>
public sealed record NativeLibraryInfo(string Directory, string Version, string SystemInfo)
{
    private IReadOnlyList<BackendFailure>? _failedBackends;

    /// <summary>
    /// Whether the libraries were built with C assertions, as debug builds are, which compute many times slower. Recognised on
    /// Windows only; a failed assertion does not end the process.
    /// </summary>
    public bool IsDebugBuild { get; init; }

    /// <summary>
    /// The backends in <see cref="Directory"/> that this machine cannot use, each with the reason; llama.cpp passes over them
    /// silently. Looked for when first asked for.
    /// </summary>
    public IReadOnlyList<BackendFailure> FailedBackends => _failedBackends ??= BackendInventory.FindFailures(Directory);
}
