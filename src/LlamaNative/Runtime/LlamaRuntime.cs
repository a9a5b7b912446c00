using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>
/// The process-wide native llama.cpp library. Loading a model loads it with default options; call <see cref="Load"/> first to choose the
/// library folder or the log destination.
/// </summary>
public static class LlamaRuntime
{
    /// <summary>
    /// The llama.cpp release that this library was built for. It also accepts b10221, the release in LLamaSharp.Backend.* 0.30.0.
    /// </summary>
    public const string PinnedVersion = PinnedRelease.Version;

    /// <summary>Loads the native library once; later calls return the library already loaded. Safe to call from any thread.</summary>
    /// <exception cref="ArgumentException"><see cref="LlamaRuntimeOptions.Logger"/> differs from the logger that an earlier call set, or
    /// <see cref="LlamaRuntimeOptions.LibraryDirectory"/> is empty.</exception>
    /// <exception cref="NativeLibraryException">The library or one of its dependencies is missing, it is not of a supported release, it is
    /// already loaded from a folder other than <see cref="LlamaRuntimeOptions.LibraryDirectory"/>, or something else in the process has
    /// loaded llama.cpp and <see cref="LlamaRuntimeOptions.UseLoadedLibrary"/> is false.</exception>
    public static NativeLibraryInfo Load(LlamaRuntimeOptions? options = null) => NativeLoader.Load(options);

    /// <summary>The devices ggml can compute on, including the CPU. Loads the native library if needed.</summary>
    public static IReadOnlyList<DeviceInfo> GetDevices()
    {
        Load();
        return DeviceInfo.ReadAll();
    }
}
