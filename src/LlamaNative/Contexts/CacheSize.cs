using LlamaNative.Interop;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>
/// Refuses a KV cache that cannot fit: the system grants more memory than it has and ends the process when the cache is
/// first written, so an honest error must come before.
/// </summary>
internal static class CacheSize
{
    public static void CheckFits(LlamaModel model, int contextSize, ContextOptions options)
    {
        using var keepAlive = new HandleReference(model.Handle);
        int heads = LlamaModels.llama_model_n_head(model.Handle);
        bool offloaded = model.Options.GpuLayers != 0 && LlamaRuntime.GetDevices().Any(device => device.IsGpu);
        if (heads <= 0 || offloaded || LlamaModels.llama_model_is_recurrent(model.Handle))
        {
            return;
        }

        // Keys and values of every layer and cell: n_embd / n_head elements for each of n_head_kv heads.
        double rowElements = (double)model.EmbeddingLength / heads * LlamaModels.llama_model_n_head_kv(model.Handle);
        double bytes = contextSize * rowElements * model.LayerCount * (BytesPerElement(options.CacheTypeK) + BytesPerElement(options.CacheTypeV));
        double available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > available)
        {
            throw new ContextCreationException(
                $"A KV cache of {contextSize} tokens takes about {bytes / (1 << 30):F1} GiB; this machine has {available / (1 << 30):F1} GiB. "
                + "Lower ContextOptions.ContextSize or use a quantized cache type.");
        }
    }

    private static double BytesPerElement(GgmlType type) => type switch
    {
        GgmlType.F32 => 4,
        GgmlType.F16 or GgmlType.BF16 => 2,
        GgmlType.Q8_0 => 34.0 / 32,
        GgmlType.Q5_1 => 24.0 / 32,
        GgmlType.Q5_0 => 22.0 / 32,
        GgmlType.Q4_1 => 20.0 / 32,
        _ => 18.0 / 32,
    };
}
