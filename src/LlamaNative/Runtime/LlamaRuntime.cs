using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>
/// The process-wide native llama.cpp library. Loading a model loads it with default options; call <see cref="Load"/> first to choose the
/// library folder or the log destination.
/// </summary>
public static class LlamaRuntime
{
    /// <summary>The llama.cpp release this library was built for and accepts.</summary>
    public const string PinnedVersion = PinnedRelease.Version;

    /// <summary>Loads the native library once; later calls return the library already loaded. Safe to call from any thread.</summary>
    /// <exception cref="ArgumentException"><see cref="LlamaRuntimeOptions.Logger"/> differs from the logger that an earlier call set, or
    /// <see cref="LlamaRuntimeOptions.LibraryDirectory"/> is empty.</exception>
    /// <exception cref="NativeLibraryException">The library or one of its dependencies is missing, the version is not the pinned one, or
    /// the library is already loaded from a folder other than <see cref="LlamaRuntimeOptions.LibraryDirectory"/>.</exception>
    public static NativeLibraryInfo Load(LlamaRuntimeOptions? options = null) => NativeLoader.Load(options);

    /// <summary>The devices ggml can compute on, including the CPU. Loads the native library if needed.</summary>
    public static IReadOnlyList<DeviceInfo> GetDevices()
    {
        Load();
        return DeviceInfo.ReadAll();
    }
}
