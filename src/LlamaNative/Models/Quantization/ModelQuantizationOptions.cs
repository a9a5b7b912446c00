using LlamaNative.Tensors;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Models;

/// <summary>How a model file is quantized; the fields of <c>llama_model_quantize_params</c>.</summary>
public sealed record ModelQuantizationOptions
{
    /// <summary>What most tensors become, and which mixture of types the others.</summary>
    public ModelFileType FileType { get; init; } = ModelFileType.Q4_K_M;

    /// <summary>The type of output.weight; null for the mixture's choice.</summary>
    public GgmlType? OutputTensorType { get; init; }

    /// <summary>The type of token_embd.weight; null for the mixture's choice.</summary>
    public GgmlType? TokenEmbeddingType { get; init; }

    /// <summary>
    /// The types of tensors whose names match a regular expression (ECMAScript, as C++ reads it); the first match counts.
    /// </summary>
    public IReadOnlyList<(string Pattern, GgmlType Type)> TensorTypes { get; init; } = [];

    /// <summary>Whether tensors that are quantized already may be quantized again, which loses more than doing it once.</summary>
    public bool AllowRequantize { get; init; }

    /// <summary>Whether output.weight is quantized.</summary>
    public bool QuantizeOutputTensor { get; init; } = true;

    /// <summary>Copies all tensors as they are, with changed metadata.</summary>
    public bool OnlyCopy { get; init; }

    /// <summary>One type for all matrices instead of a mixture.</summary>
    public bool Pure { get; init; }

    /// <summary>Writes as many parts as the model has, named after the output with <c>-00001-of-00003.gguf</c> and so on.</summary>
    public bool KeepSplit { get; init; }

    /// <summary>
    /// How much each column of a tensor counts, by tensor name: as many numbers as a row has, for each matrix of a
    /// tensor of experts. Null for none; some types cannot be made without.
    /// </summary>
    public IReadOnlyDictionary<string, float[]>? ImportanceMatrix { get; init; }

    /// <summary>Metadata written instead of, or besides, the model's own.</summary>
    public IReadOnlyDictionary<string, MetadataOverride> MetadataOverrides { get; init; } = new Dictionary<string, MetadataOverride>();

    /// <summary>Layers that are left out; the rest moves up.</summary>
    public IReadOnlyList<int> PruneLayers { get; init; } = [];

    /// <summary>How many threads quantize; null for one per processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Bytes of floats held at once, from 64 KiB to 1 GiB.</summary>
    public long BufferBytes { get; init; } = 64 << 20;

    /// <summary>Receives what llama.cpp logs while it chooses the types; null uses <see cref="LlamaRuntimeOptions.Logger"/>.</summary>
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
            throw OptionCheck.Invalid($"ImportanceMatrix has no numbers for '{key}'.", nameof(ImportanceMatrix));
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

/// <summary>What becomes of one tensor of a model.</summary>
/// <param name="Name">Its name in the result.</param>
/// <param name="Shape">Elements per dimension.</param>
/// <param name="SourceType">Its type in the model.</param>
/// <param name="Type">Its type in the result.</param>
/// <param name="SourceByteCount">Its bytes in the model.</param>
/// <param name="ByteCount">Its bytes in the result.</param>
public sealed record QuantizedTensor(string Name, TensorShape Shape, GgmlType SourceType, GgmlType Type,
    long SourceByteCount, long ByteCount);

/// <summary>How far quantization has come.</summary>
/// <param name="Tensor">The tensor at work.</param>
/// <param name="TensorIndex">Its place, from 0.</param>
/// <param name="TensorCount">The tensors in all.</param>
/// <param name="Fraction">The part of the model's bytes already done, 0 to 1.</param>
public readonly record struct ModelQuantizationProgress(QuantizedTensor Tensor, int TensorIndex, int TensorCount, double Fraction);
