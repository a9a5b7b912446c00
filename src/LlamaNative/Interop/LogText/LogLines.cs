namespace LlamaNative.Interop;

/// <summary>
/// The lines of llama.cpp's log that this library parses for values that the C API does not provide. (The staging header src/llama-ext.h
/// provides some of them in C++, whose name mangling differs between compilers.) A missing line throws
/// <see cref="MissingLogLineException"/>. native/upgrade checks the formats against the source of a new release.
/// </summary>
internal static class LogLines
{
    /// <summary>The prefix of the lines about placement, which every load logs.</summary>
    public const string Placement = "load_tensors: ";

    /// <summary>The prefix of the lines about the KV cache.</summary>
    public const string CachePrefix = "llama_kv_cache: size";

    public static LogFormat LayerDevice { get; } =
        new("src/llama-model.cpp", "load_tensors: layer %3d assigned to device %s, is_swa = %d");

    public static LogFormat OffloadedLayers { get; } =
        new("src/llama-model.cpp", "%s: offloaded %d/%d layers to GPU", "load_tensors");

    public static LogFormat ModelBuffer { get; } =
        new("src/llama-model.cpp", "%s: %12s model buffer size = %8.2f MiB", "load_tensors");

    public static LogFormat TensorOverride { get; } =
        new("src/llama-model-loader.cpp", "tensor %s (%zu MiB %s) buffer type overridden to %s");

    public static LogFormat CacheLayer { get; } =
        new("src/llama-kv-cache.cpp", "%s: layer %3d: dev = %s", "llama_kv_cache");

    public static LogFormat CacheTotal { get; } =
        new("src/llama-kv-cache.cpp", "%s: size = %7.2f MiB (%6u cells, %3d layers, %2u/%u seqs), K (%s): %7.2f MiB, V (%s): %7.2f MiB");

    public static LogFormat RecurrentBuffer { get; } =
        new("src/llama-memory-recurrent.cpp", "%s: %10s RS buffer size = %8.2f MiB");

    public static LogFormat CompressedBuffer { get; } =
        new("src/llama-kv-cache-dsv4.cpp", "%s: %10s DSV4 %s state buffer size = %8.2f MiB");

    public static LogFormat OutputBuffer { get; } =
        new("src/llama-context.cpp", "%s: %10s  output buffer size = %8.2f MiB");

    public static LogFormat ComputeBuffer { get; } =
        new("src/llama-context.cpp", "%s: %10s compute buffer size = %8.2f MiB");

    /// <summary>The first piece of a quantized tensor's line: the source tensor.</summary>
    public static LogFormat QuantizedTensor { get; } =
        new("src/llama-quant.cpp", "[%4d/%4d] %-36s - [%s], type = %6s, ");

    /// <summary>The second piece: the new type.</summary>
    public static LogFormat NewType { get; } =
        new("src/llama-quant.cpp", "size = %8.2f MiB -> %8.2f MiB (%s)");

    /// <summary>The second piece for a tensor that is not converted.</summary>
    public static LogFormat SameType { get; } =
        new("src/llama-quant.cpp", "size = %8.3f MiB");

    public static IReadOnlyList<LogFormat> All { get; } =
    [
        LayerDevice, OffloadedLayers, ModelBuffer, TensorOverride, CacheLayer, CacheTotal, RecurrentBuffer, CompressedBuffer,
        OutputBuffer, ComputeBuffer, QuantizedTensor, NewType, SameType,
    ];
}
