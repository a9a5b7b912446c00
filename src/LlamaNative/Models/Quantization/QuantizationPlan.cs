using System.Runtime.InteropServices;
using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Models;

/// <summary>
/// The types that llama.cpp chooses for the tensors, read from the log of a dry run of <c>llama_model_quantize</c>, because no function
/// returns them.
/// </summary>
internal sealed unsafe class QuantizationPlan
{
    private const GgmlType NoType = NativeConstants.GGML_TYPE_COUNT;
    private readonly GgufFile _file;
    private readonly ModelQuantizationOptions _options;
    private readonly string _path;
    private readonly Dictionary<string, string> _sourceNames;

    private QuantizationPlan(string path, GgufFile file, ModelQuantizationOptions options)
    {
        _path = path;
        _file = file;
        _options = options;
        Layers = new PrunedLayers(options.PruneLayers);
        _sourceNames = file.Tensors
            .Select(tensor => (Source: tensor.Name, Name: Layers.Rename(tensor.Name)))
            .Where(pair => pair.Name is not null)
            .ToDictionary(pair => pair.Name!, pair => pair.Source, StringComparer.Ordinal);
    }

    /// <summary>The tensors of the result, in llama.cpp's order.</summary>
    public List<(GgufTensorInfo Source, QuantizedTensor Result)> Tensors { get; } = [];

    public PrunedLayers Layers { get; }

    public static QuantizationPlan Make(string path, GgufFile file, ModelQuantizationOptions options)
    {
        if (OtherGguf.WeightlessUseOf(file) is { } other)
        {
            throw new ModelQuantizationException(path, $"it is not a model, but {other}.");
        }

        var plan = new QuantizationPlan(path, file, options);

        // Like loading, the dry run reads the hyperparameters with the overrides applied.
        MetadataOverride.Apply(options.MetadataOverrides, file).Validate();
        plan.RequireWholeBlocks();
        plan.DryRun();
        plan.RequireConvertible();
        return plan;
    }

    // If a row is not whole blocks, llama.cpp chooses another type, except for these tensors, on which it aborts.
    private void RequireWholeBlocks()
    {
        RequireWholeBlocks("output.weight", _options.OutputTensorType);
        RequireWholeBlocks("token_embd.weight", _options.TokenEmbeddingType);
        RequireWholeBlocks("per_layer_token_embd.weight", _options.TokenEmbeddingType);
    }

    private void RequireWholeBlocks(string name, GgmlType? type)
    {
        if (type is { } wanted && _file.Tensors.TryGet(name, out GgufTensorInfo? tensor)
            && tensor.Shape[0] % GgmlTypeInfo.Of(wanted).BlockSize != 0)
        {
            throw new ModelQuantizationException(_path, $"the rows of {tensor} are not whole blocks of {GgmlTypeInfo.Of(wanted).Name}.");
        }
    }

    private void DryRun()
    {
        using NativeLog.Scope scope = NativeLog.To(_options.Logger);
        NativeLog.Clear();
        using NativeLog.Recording log = NativeLog.Record();
        if (Run() != 0)
        {
            throw new ModelQuantizationException(_path, "llama.cpp rejected the model or the options." + NativeLog.Tail());
        }

        foreach ((string name, string? type) in new QuantizationLog(log.Lines, _sourceNames.Count).Tensors)
        {
            Add(name, type);
        }
    }

    private void Add(string name, string? newType)
    {
        if (!_sourceNames.TryGetValue(name, out string? sourceName) || !_file.Tensors.TryGet(sourceName, out GgufTensorInfo? source))
        {
            throw new ModelQuantizationException(_path, $"llama.cpp logged a tensor '{name}', which the file does not have.");
        }

        // llama.cpp knows most norms by their names, but would convert WavTokenizer's, and then abort on them.
        GgmlType type = newType is null || (source.Type == GgmlType.F32 && TensorCheck.IsElementwise(source.Name))
            ? source.Type : TypeOf(newType);
        Tensors.Add((source, new QuantizedTensor(name, source.Shape, source.Type, type, source.ByteCount,
            TensorLayout.Contiguous(type, source.Shape).ByteCount)));
    }

    private GgmlType TypeOf(string name)
    {
        foreach (GgmlType type in Enum.GetValues<GgmlType>())
        {
            if (GgmlTypeInfo.Of(type).Name == name)
            {
                return type;
            }
        }

        throw new ModelQuantizationException(_path, $"llama.cpp chose the type '{name}', which is not a ggml tensor type.");
    }

    private void RequireConvertible()
    {
        foreach ((GgufTensorInfo source, QuantizedTensor result) in Tensors)
        {
            if (source.Type == result.Type)
            {
                continue;
            }

            if (GgmlTypeInfo.Of(source.Type).IsQuantized && !_options.AllowRequantize)
            {
                throw new ModelQuantizationException(_path, $"{source} is already quantized; set AllowRequantize to quantize it again.");
            }

            if (!Quantizer.Supports(source.Type) || !Quantizer.Supports(result.Type))
            {
                throw new ModelQuantizationException(_path, $"{source} cannot be converted to {GgmlTypeInfo.Of(result.Type).Name}.");
            }
        }
    }

    private uint Run()
    {
        var strings = new List<nint>();
        try
        {
            llama_model_kv_override[] overrides = [.. _options.MetadataOverrides.Select(pair => pair.Value.ToNative(pair.Key)), default];
            llama_model_tensor_override[] types =
            [
                .. _options.TensorTypes.Select(type => new llama_model_tensor_override { pattern = Text(type.Pattern), type = type.Type }),
                default,
            ];
            int[] prune = [.. Layers.Pruned, -1];
            var noImatrixEntries = default(llama_model_imatrix_data);
            fixed (llama_model_kv_override* kv = overrides)
            fixed (llama_model_tensor_override* tt = types)
            fixed (int* layers = prune)
            {
                llama_model_quantize_params parameters = ReleaseProfile.Loaded.DefaultQuantizeParameters();
                parameters.ftype = (int)_options.FileType;
                parameters.output_tensor_type = _options.OutputTensorType ?? NoType;
                parameters.token_embedding_type = _options.TokenEmbeddingType ?? NoType;
                parameters.allow_requantize = Byte(_options.AllowRequantize);
                parameters.quantize_output_tensor = Byte(_options.QuantizeOutputTensor);
                parameters.only_copy = Byte(_options.OnlyCopy);
                parameters.pure = Byte(_options.Pure);
                parameters.keep_split = Byte(_options.KeepSplit);
                parameters.dry_run = 1;
                parameters.nthread = 1;

                // The choice of types depends on whether there is an importance matrix, but not on its values.
                parameters.imatrix = _options.ImportanceMatrix is null ? null : &noImatrixEntries;
                parameters.kv_overrides = overrides.Length == 1 ? null : kv;
                parameters.tt_overrides = types.Length == 1 ? null : tt;
                parameters.prune_layers = prune.Length == 1 ? null : layers;

                // llama.cpp accepts only the first part of a split model.
                return ReleaseProfile.Loaded.Quantize(_file.Paths[0], "", &parameters);
            }
        }
        finally
        {
            strings.ForEach(Marshal.FreeCoTaskMem);
        }

        byte* Text(string text)
        {
            ArgumentException.ThrowIfNullOrEmpty(text);
            strings.Add(Marshal.StringToCoTaskMemUTF8(text));
            return (byte*)strings[^1];
        }

        static byte Byte(bool value) => value ? (byte)1 : (byte)0;
    }
}
