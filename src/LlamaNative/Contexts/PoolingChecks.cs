using System.Globalization;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>
/// Rejects embedding options that the model cannot satisfy. llama.cpp trusts the file's pooling type and output width; when the
/// graph's differ, it fails an assertion or reads past the result (build_pooling, decode).
/// </summary>
internal static class PoolingChecks
{
    public static void Check(LlamaModel model, int contextSize, ContextOptions options)
    {
        if (!options.Embeddings)
        {
            return; // nothing is pooled
        }

        if (model.IsEncoderDecoder)
        {
            throw new ContextCreationException(
                $"The model (architecture '{model.Architecture}') is an encoder-decoder, for which llama.cpp computes no embeddings.");
        }

        PoolingType pooling = options.PoolingType == PoolingType.FromModel ? OfModel(model) : options.PoolingType;
        if (pooling == PoolingType.Rank)
        {
            CheckHead(model);
        }
        else
        {
            CheckWidth(model);
        }

        CheckReservation(pooling, contextSize, options);
    }

    private static PoolingType OfModel(LlamaModel model)
    {
        const long Unspecified = unchecked((uint)PoolingType.FromModel); // stored unsigned in the file
        long? type = Metadata(model, "pooling_type");
        return type switch
        {
            null or Unspecified => PoolingType.None,
            >= (int)PoolingType.None and <= (int)PoolingType.Rank => (PoolingType)type,
            _ => throw new ContextCreationException(
                $"The model's pooling type {type} is unknown to llama.cpp. Set ContextOptions.PoolingType."),
        };
    }

    private static void CheckHead(LlamaModel model)
    {
        uint outputs = LlamaClassifiers.llama_model_n_cls_out(model.Handle);
        TensorShape? head = FirstShape(model, "cls.output.weight", "cls.weight");
        if (head is not { } shape)
        {
            throw new ContextCreationException(
                "The model cannot rerank: it has no classification head (cls.weight, cls.output.weight). Use a reranking model.");
        }

        if (outputs > shape[1])
        {
            throw new ContextCreationException(
                $"The model's metadata lists {outputs} classes, but its classification head has {shape[1]} outputs.");
        }
    }

    private static void CheckWidth(LlamaModel model)
    {
        // Only a few architectures project to another width; for the others this key is an error in the file.
        if (Metadata(model, "embedding_length_out") is not { } width || width == 0 || width == model.EmbeddingLength)
        {
            return;
        }

        TensorShape? projection = FirstShape(model, "dense_3.weight", "dense_2.weight", "output.weight");
        if (width > model.EmbeddingLength && projection?[1] != width)
        {
            throw new ContextCreationException(
                $"The model's metadata gives an embedding length of {width}, which no tensor produces; its hidden state has "
                + $"{model.EmbeddingLength}.");
        }
    }

    /// <summary>
    /// llama.cpp reserves a graph whose token count is the micro-batch size rounded up to a multiple of the sequences, but
    /// whose output count is not rounded; mean pooling then multiplies matrices of different sizes, which fails an assertion.
    /// </summary>
    private static void CheckReservation(PoolingType pooling, int contextSize, ContextOptions options)
    {
        const int Padding = SourceConstants.ContextPadding;
        int tokens = Math.Min(options.BatchSize, options.MicroBatchSize);
        if (options.MaxOutputs > 0 && options.MaxOutputs < tokens)
        {
            throw OptionCheck.OutOfRange(options.MaxOutputs,
                $"0 or at least {tokens}: with embeddings, every token of a micro-batch is an output", nameof(options.MaxOutputs));
        }

        bool rounds = Math.Min(tokens, contextSize) % options.MaxSequences != 0
            || Math.Min(tokens, (contextSize + Padding - 1) / Padding * Padding) % options.MaxSequences != 0;
        if (rounds && pooling is PoolingType.Mean or PoolingType.Rank)
        {
            throw new ContextCreationException(
                $"For {pooling} pooling, llama.cpp needs a micro-batch size that is a multiple of MaxSequences: "
                + $"ContextOptions.MicroBatchSize is {options.MicroBatchSize}, BatchSize {options.BatchSize}, "
                + $"ContextSize {contextSize} and MaxSequences {options.MaxSequences}.");
        }
    }

    /// <summary>The shape of the first of these tensors that exists in the model's file.</summary>
    private static TensorShape? FirstShape(LlamaModel model, params ReadOnlySpan<string> tensors)
    {
        try
        {
            using GgufFile file = GgufFile.Open(model.Path);
            foreach (string tensor in tensors)
            {
                if (file.Tensors.TryGet(tensor, out GgufTensorInfo? info))
                {
                    return info.Shape;
                }
            }

            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or GgufFormatException)
        {
            throw new ContextCreationException(
                $"The model's file is needed to check its embedding tensors, but can no longer be read: {error.Message}");
        }
    }

    private static long? Metadata(LlamaModel model, string key) =>
        model.Metadata.TryGetValue("general.architecture", out string? architecture)
        && model.Metadata.TryGetValue($"{architecture}.{key}", out string? text)
        && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;
}
