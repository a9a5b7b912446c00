using System.Globalization;
using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Models;

/// <summary>Executes a plan and writes one file, or the parts of a split model.</summary>
internal sealed class QuantizationRun(
    string path,
    GgufFile file,
    QuantizationPlan plan,
    ModelQuantizationOptions options,
    IProgress<ModelQuantizationProgress>? progress,
    CancellationToken cancellationToken)
{
    private readonly ParallelOptions _parallel = new()
    {
        MaxDegreeOfParallelism = options.Threads ?? Environment.ProcessorCount,
        CancellationToken = cancellationToken,
    };

    private long _done;
    private int _index;

    public void Write(IReadOnlyList<string> outputPaths)
    {
        // Checked before anything is written, so that a missing entry is not found only after an hour.
        foreach ((_, QuantizedTensor result) in plan.Tensors)
        {
            _ = ImportanceOf(result);
        }

        var writers = new List<GgufWriter>();
        try
        {
            for (int part = 0; part < outputPaths.Count; part++)
            {
                GgufWriter writer = GgufWriter.Create(outputPaths[part]);
                writers.Add(writer);
                WritePart(writer, part, outputPaths.Count);
            }

            writers.ForEach(writer => writer.Complete());
        }
        finally
        {
            writers.ForEach(writer => writer.Dispose());
        }
    }

    private void WritePart(GgufWriter writer, int part, int parts)
    {
        foreach ((string key, GgufValue value) in Metadata(part, parts))
        {
            writer.AddMetadata(key, value);
        }

        var tensors = plan.Tensors.Where(tensor => parts == 1 || tensor.Source.Part == part).ToList();
        tensors.ForEach(tensor => writer.AddTensor(tensor.Result.Name, tensor.Result.Type, tensor.Result.Shape));
        foreach ((GgufTensorInfo source, QuantizedTensor result) in tensors)
        {
            Report(result, 0);
            var work = new TensorQuantization(source, result, ImportanceOf(result), _parallel, options.BufferBytes);
            Action<GgufWriter, Action<long>> write = source.Type == result.Type ? work.Copy : work.Write;
            write(writer, bytes => Report(result, bytes));
            _index++;
        }
    }

    private void Report(QuantizedTensor tensor, long bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _done += bytes;
        long all = plan.Tensors.Sum(planned => planned.Result.SourceByteCount);
        progress?.Report(new ModelQuantizationProgress(tensor, _index, plan.Tensors.Count, all == 0 ? 1 : (double)_done / all));
    }

    private float[]? ImportanceOf(QuantizedTensor tensor)
    {
        string? source = plan.Tensors.First(planned => planned.Result == tensor).Source.Name;
        if (tensor.Type == tensor.SourceType)
        {
            return null;
        }

        float[]? found = options.ImportanceMatrix?.GetValueOrDefault(source);
        bool embedding = source is "token_embd.weight" or "per_layer_token_embd.weight";
        if (found is not null && found.Length != tensor.Shape[0] * tensor.Shape[2])
        {
            // Old files have one importance per token for an embedding; like llama.cpp, this ignores it.
            found = embedding ? null : throw new ModelQuantizationException(path,
                $"the importance matrix has {found.Length} numbers for {source}, not {tensor.Shape[0] * tensor.Shape[2]}.");
        }

        if (found is null && (Quantizer.RequiresImportanceMatrix(tensor.Type)
            || (!embedding && source != "output.weight" && IsPoorWithoutImportance(tensor.Type))))
        {
            throw new ModelQuantizationException(path,
                $"{source} cannot be quantized to {GgmlTypeInfo.Of(tensor.Type).Name} without an importance matrix.");
        }

        return found;
    }

    // tensor_requires_imatrix in llama-quant.cpp: these types do not need one technically, but are unusable without.
    private bool IsPoorWithoutImportance(GgmlType type) =>
        type is GgmlType.IQ3_XXS or GgmlType.IQ2_S or GgmlType.IQ1_M || (type == GgmlType.Q2_K && options.FileType == ModelFileType.Q2_K_S);

    private OrderedDictionary<string, GgufValue> Metadata(int part, int parts)
    {
        var metadata = new OrderedDictionary<string, GgufValue>(StringComparer.Ordinal);
        if (part == 0)
        {
            foreach ((string key, GgufValue value) in file.Metadata)
            {
                metadata[key] = value;
            }

            metadata["general.quantization_version"] = GgufValue.Of(GgmlTypeInfo.QuantizationVersion);
            if (!options.OnlyCopy)
            {
                metadata["general.file_type"] = GgufValue.Of((uint)options.FileType);
            }

            SetOverrides(metadata);
            SetLayerCount(metadata);
        }

        metadata.Remove(GgufSplit.NumberKey);
        metadata.Remove(GgufSplit.CountKey);
        metadata.Remove(GgufSplit.TensorCountKey);
        if (parts > 1)
        {
            metadata[GgufSplit.NumberKey] = GgufValue.Of((ushort)part);
            metadata[GgufSplit.CountKey] = GgufValue.Of((ushort)parts);
            metadata[GgufSplit.TensorCountKey] = GgufValue.Of(plan.Tensors.Count);
        }

        return metadata;
    }

    private unsafe void SetOverrides(OrderedDictionary<string, GgufValue> metadata)
    {
        foreach ((string key, MetadataOverride value) in options.MetadataOverrides)
        {
            llama_model_kv_override native = value.ToNative(key);
            metadata[key] = native.tag switch
            {
                LlamaModelKvOverrideType.Int => GgufValue.Of((uint)Math.Abs(native.val_i64)), // llama.cpp writes integers as UINT32
                LlamaModelKvOverrideType.Float => GgufValue.Of((float)native.val_f64),
                LlamaModelKvOverrideType.Bool => GgufValue.Of(native.val_bool != 0),
                _ => GgufValue.Of(NativeText.Read(native.val_str)!),
            };
        }
    }

    private void SetLayerCount(OrderedDictionary<string, GgufValue> metadata)
    {
        if (plan.Layers.Pruned.Count > 0 && metadata.TryGetValue("general.architecture", out GgufValue? architecture))
        {
            int layers = plan.Tensors
                .Select(tensor => tensor.Result.Name.Split('.'))
                .Where(name => name is ["blk", ..])
                .Select(name => int.Parse(name[1], NumberStyles.None, CultureInfo.InvariantCulture) + 1)
                .DefaultIfEmpty(0)
                .Max();
            metadata[$"{architecture.GetString()}.block_count"] = GgufValue.Of((uint)layers);
        }
    }
}
