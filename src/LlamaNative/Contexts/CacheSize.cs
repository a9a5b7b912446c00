using System.Globalization;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>
/// Rejects a KV cache that cannot fit. Linux overcommits memory and kills the process when the cache is first written, so the
/// error has to be raised before the allocation.
/// </summary>
internal static class CacheSize
{
    // Skip the memory check for caches smaller than this: where the model fits, they fit too.
    private const double Unquestioned = 64 << 20;

    /// <summary>
    /// Bytes per cell besides keys and values, in llama.cpp (llama-kv-cells.h) and in the ledger, rounded up.
    /// </summary>
    public const int BytesPerCell = 160;

    public static void CheckFits(LlamaModel model, int contextSize, ContextOptions options)
    {
        using var keepAlive = new HandleReference(model.Handle);
        int heads = LlamaModels.llama_model_n_head(model.Handle);
        bool offloaded = model.Options.GpuLayers != 0 && DeviceInfo.AnyGpu;
        if (heads <= 0 || offloaded || model.IsRecurrent)
        {
            return;
        }

        double rowElements = (double)KeyLength(model) * LlamaModels.llama_model_n_head_kv(model.Handle);
        double perCell = (rowElements * model.LayerCount * (BytesPerElement(options.CacheTypeK) + BytesPerElement(options.CacheTypeV)))
            + BytesPerCell;
        double bytes = Cells(contextSize, options) * perCell;
        if (bytes > Unquestioned && HostMemory.Available is var available && bytes > available)
        {
            string sequences = options.MaxSequences > 1 ? " or MaxSequences" : "";
            throw new ContextCreationException(
                $"A KV cache of {Cells(contextSize, options)} tokens takes about {bytes / (1 << 30):F1} GiB; this machine has "
                + $"{available / (double)(1 << 30):F1} GiB available. "
                + $"Lower ContextOptions.ContextSize{sequences}, or use a quantized cache type.");
        }
    }

    /// <summary>Elements of one head's key: the model's metadata value, or an equal share of the hidden state.</summary>
    public static int KeyLength(LlamaModel model) =>
        Number(model, "attention.key_length") ?? (model.EmbeddingLength / Math.Max(LlamaModels.llama_model_n_head(model.Handle), 1));

    /// <summary>Elements of one head's value: the model's metadata value, or an equal share of the hidden state; 0 without heads.</summary>
    public static int ValueLength(LlamaModel model) =>
        LlamaModels.llama_model_n_head(model.Handle) is > 0 and var heads
            ? Number(model, "attention.value_length") ?? (model.EmbeddingLength / heads)
            : 0;

    /// <summary>Elements of every kind of key that the cache stores: of attention, and of the indexer of sparse attention.</summary>
    public static IEnumerable<int> KeyLengths(LlamaModel model) =>
        Number(model, "attention.indexer.key_length") is { } indexed ? [KeyLength(model), indexed] : [KeyLength(model)];

    private static int? Number(LlamaModel model, string name) =>
        model.Metadata.TryGetValue($"{model.Architecture}.{name}", out string? text)
        && int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>Cells that llama.cpp will allocate: the size is rounded up, per sequence unless the cache is unified.</summary>
    public static long Cells(int contextSize, ContextOptions options)
    {
        long size = Padded(contextSize);
        return options.UnifiedCache ? size : Padded(size / options.MaxSequences) * options.MaxSequences;
    }

    private static long Padded(long size) =>
        (size + SourceConstants.ContextPadding - 1) / SourceConstants.ContextPadding * SourceConstants.ContextPadding;

    private static double BytesPerElement(GgmlType type)
    {
        GgmlTypeInfo info = GgmlTypeInfo.Of(type);
        return (double)info.TypeSize / info.BlockSize;
    }
}
