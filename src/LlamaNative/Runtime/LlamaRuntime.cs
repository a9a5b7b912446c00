using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>
/// The native llama.cpp library of this process. Loading a model loads it with default options; call
/// <see cref="Load"/> first to say where it lies or where its log goes.
/// </summary>
public static class LlamaRuntime
{
    /// <summary>The llama.cpp release this library was built for and accepts.</summary>
    public const string PinnedVersion = PinnedRelease.Version;

    /// <summary>
    /// Loads the native library, once: later calls return what is loaded. Safe to call from any thread.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// <see cref="LlamaRuntimeOptions.Logger"/> is not the logger that an earlier call gave, or
    /// <see cref="LlamaRuntimeOptions.LibraryDirectory"/> is empty.
    /// </exception>
    /// <exception cref="NativeLibraryException">
    /// The library is missing, lacks a dependency, or is not the pinned version; or it is already loaded from another
    /// folder than <see cref="LlamaRuntimeOptions.LibraryDirectory"/> names.
    /// </exception>
    public static NativeLibraryInfo Load(LlamaRuntimeOptions? options = null) => NativeLoader.Load(options);

    /// <summary>The devices ggml can compute on, the CPU among them. Loads the native library when needed.</summary>
    public static IReadOnlyList<DeviceInfo> GetDevices()
    {
        Load();
        return DeviceInfo.ReadAll();
    }
}
