using LlamaNative.Tensors;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Models;

/// <summary>Options for quantizing a model file. Mirrors <c>llama_model_quantize_params</c> in llama.h.</summary>
public sealed record ModelQuantizationOptions
{
    /// <summary>The type of most tensors and the mixture of types for the others.</summary>
    public ModelFileType FileType { get; init; } = ModelFileType.Q4_K_M;

    /// <summary>The type of output.weight; null for the mixture's choice.</summary>
    public GgmlType? OutputTensorType { get; init; }

    /// <summary>The type of token_embd.weight; null for the mixture's choice.</summary>
    public GgmlType? TokenEmbeddingType { get; init; }

    /// <summary>The types of tensors whose names match a regular expression (ECMAScript, std::regex). The first match applies.</summary>
    public IReadOnlyList<(string Pattern, GgmlType Type)> TensorTypes { get; init; } = [];

    /// <summary>Whether to quantize tensors that are already quantized, which loses more precision than quantizing once.</summary>
    public bool AllowRequantize { get; init; }

    /// <summary>Whether to quantize output.weight.</summary>
    public bool QuantizeOutputTensor { get; init; } = true;

    /// <summary>Copies all tensors unchanged and changes only metadata.</summary>
    public bool OnlyCopy { get; init; }

    /// <summary>Uses one type for all matrices instead of a mixture.</summary>
    public bool Pure { get; init; }

    /// <summary>
    /// Writes the same number of parts as the model has: for the output path <c>qs.gguf</c>, <c>qs-00001-of-00003.gguf</c> and so on.
    /// </summary>
    public bool KeepSplit { get; init; }

    /// <summary>
    /// The importance of each column of a tensor, by tensor name: one number per element of a row, for each matrix of an expert tensor.
    /// Null for none; some types require an importance matrix.
    /// </summary>
    public IReadOnlyDictionary<string, float[]>? ImportanceMatrix { get; init; }

    /// <summary>Metadata values that replace the model's or are added to it.</summary>
    public IReadOnlyDictionary<string, MetadataOverride> MetadataOverrides { get; init; } = new Dictionary<string, MetadataOverride>();

    /// <summary>The indices of layers to remove. The remaining layers are renumbered.</summary>
    public IReadOnlyList<int> PruneLayers { get; init; } = [];

    /// <summary>The number of threads; null for one per processor.</summary>
    public int? Threads { get; init; }

    /// <summary>The size of the buffer for floats in bytes, from 64 KiB to 1 GiB.</summary>
    public long BufferBytes { get; init; } = 64 << 20;

    /// <summary>Receives llama.cpp's log while it chooses the types; if null, <see cref="LlamaRuntimeOptions.Logger"/> is used.</summary>
    public ILogger? Logger { get; init; }

    internal void Validate()
    {
        OptionCheck.Defined(FileType);
        OptionCheck.Defined(OutputTensorType);
        OptionCheck.Defined(TokenEmbeddingType);
        foreach ((string pattern, GgmlType type) in OptionCheck.NotNull(TensorTypes))
        {
            OptionCheck.NotEmpty(OptionCheck.NotNull(pattern, nameof(TensorTypes)), nameof(TensorTypes));
            OptionCheck.Defined(type, nameof(TensorTypes));
        }

        if (ImportanceMatrix?.FirstOrDefault(entry => entry.Value is null).Key is { } key)
        {
            throw OptionCheck.Invalid($"ImportanceMatrix contains null for '{key}'.", nameof(ImportanceMatrix));
        }

        MetadataOverride.Validate(MetadataOverrides);
        foreach (int layer in OptionCheck.NotNull(PruneLayers))
        {
            OptionCheck.AtLeast(layer, 0, nameof(PruneLayers));
        }

        OptionCheck.AtLeast(Threads, 1);
        OptionCheck.InRange(BufferBytes, 1L << 16, 1L << 30);
    }
}

/// <summary>The quantization of one tensor.</summary>
/// <param name="Name">The name in the result.</param>
/// <param name="Shape">The elements per dimension, fastest first.</param>
/// <param name="SourceType">The type in the model.</param>
/// <param name="Type">The type in the result.</param>
/// <param name="SourceByteCount">The size in the model in bytes.</param>
/// <param name="ByteCount">The size in the result in bytes.</param>
public sealed record QuantizedTensor(string Name, TensorShape Shape, GgmlType SourceType, GgmlType Type,
    long SourceByteCount, long ByteCount);

/// <summary>The progress of quantization.</summary>
/// <param name="Tensor">The current tensor.</param>
/// <param name="TensorIndex">The index of the current tensor, from 0.</param>
/// <param name="TensorCount">The total number of tensors.</param>
/// <param name="Fraction">The completed fraction of the model's bytes, from 0 to 1.</param>
public readonly record struct ModelQuantizationProgress(QuantizedTensor Tensor, int TensorIndex, int TensorCount, double Fraction);
