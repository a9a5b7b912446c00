using System.Globalization;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>
/// Refuses embeddings that the model cannot give. The native side takes the file's word for the pooling type and the
/// width of the result and asserts, or reads past the result, when the graph gives another (build_pooling, decode).
/// </summary>
internal static class PoolingChecks
{
    public static void Check(LlamaModel model, int contextSize, ContextOptions options)
    {
        if (!options.Embeddings)
        {
            return; // then nothing is pooled
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
        const long Unspecified = uint.MaxValue; // -1 as the file has it
        long? type = Metadata(model, "pooling_type");
        return type switch
        {
            null or Unspecified => PoolingType.None,
            >= (int)PoolingType.None and <= (int)PoolingType.Rank => (PoolingType)type,
            _ => throw new ContextCreationException($"The model's pooling type is {type}, which llama.cpp does not know; set ContextOptions.PoolingType."),
        };
    }

    private static void CheckHead(LlamaModel model)
    {
        uint outputs = LlamaClassifiers.llama_model_n_cls_out(model.Handle);
        TensorShape? head = FirstShape(model, "cls.output.weight", "cls.weight");
        if (head is not { } shape)
        {
            throw new ContextCreationException("The model has no classification head (cls.weight, cls.output.weight), so PoolingType.Rank cannot rank with it: it needs a reranking model.");
        }

        if (outputs > shape[1])
        {
            throw new ContextCreationException($"The model names {outputs} classes and its classification head gives {shape[1]} numbers.");
        }
    }

    private static void CheckWidth(LlamaModel model)
    {
        // Only a few architectures project to another width; for the others this key can only be wrong.
        if (Metadata(model, "embedding_length_out") is not { } width || width == 0 || width == model.EmbeddingLength)
        {
            return;
        }

        TensorShape? projection = FirstShape(model, "dense_3.weight", "dense_2.weight", "output.weight");
        if (width > model.EmbeddingLength && projection?[1] != width)
        {
            throw new ContextCreationException($"The model says that its embeddings have {width} numbers and has no tensor that gives so many; its hidden state has {model.EmbeddingLength}.");
        }
    }

    /// <summary>
    /// The graph that llama.cpp reserves has a micro-batch of tokens, rounded up to a multiple of the sequences, but as
    /// many outputs as before rounding; their mean then multiplies matrices that do not fit, which is asserted.
    /// </summary>
    private static void CheckReservation(PoolingType pooling, int contextSize, ContextOptions options)
    {
        const int Padding = 256;
        int tokens = Math.Min(options.BatchSize, options.MicroBatchSize);
        if (options.MaxOutputs > 0 && options.MaxOutputs < tokens)
        {
            throw OptionCheck.OutOfRange(
                options.MaxOutputs, $"0 or at least {tokens}: with embeddings every token of a micro-batch is an output", nameof(options.MaxOutputs));
        }

        bool rounds = Math.Min(tokens, contextSize) % options.MaxSequences != 0
            || Math.Min(tokens, (contextSize + Padding - 1) / Padding * Padding) % options.MaxSequences != 0;
        if (rounds && pooling is PoolingType.Mean or PoolingType.Rank)
        {
            throw new ContextCreationException($"To pool by {pooling}, llama.cpp needs a micro-batch that is a multiple of the sequences: ContextOptions.MicroBatchSize is {options.MicroBatchSize}, BatchSize {options.BatchSize}, ContextSize {contextSize} and MaxSequences {options.MaxSequences}.");
        }
    }

    /// <summary>The shape of the first of these tensors that the model's file has.</summary>
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
            throw new ContextCreationException($"The model's file is needed to see what it can embed with, and cannot be read any more: {error.Message}");
        }
    }

    private static long? Metadata(LlamaModel model, string key) =>
        model.Metadata.TryGetValue("general.architecture", out string? architecture)
        && model.Metadata.TryGetValue($"{architecture}.{key}", out string? text)
        && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;
}
