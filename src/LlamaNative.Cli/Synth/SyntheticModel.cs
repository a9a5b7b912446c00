using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Synth;

/// <summary>
/// Writes a model with random weights in the shape of a real one, for measuring speed and memory. Each tensor has the type
/// that llama.cpp would choose. The weights of a type come from one pool of quantized random numbers, so a large model is
/// written at the speed of the disk.
/// </summary>
internal sealed class SyntheticModel(ModelShape shape, ModelFileType fileType, GgufFile vocabulary)
{
    private const string TokensKey = "tokenizer.ggml.tokens";

    public void Write(string path, Action<string> tell, CancellationToken cancellationToken)
    {
        // First, so that a path that cannot be written is reported as the user gave it.
        using GgufWriter writer = GgufWriter.Create(path);
        List<(string Name, GgmlType Type, TensorShape Shape)> tensors = ChooseTypes(path);
        AddMetadata(writer);
        foreach ((string name, GgmlType type, TensorShape ne) in tensors)
        {
            writer.AddTensor(name, type, ne);
        }

        var pools = new Dictionary<GgmlType, RandomBlocks>();
        for (int i = 0; i < tensors.Count; i++)
        {
            (string name, GgmlType type, TensorShape ne) = tensors[i];
            long bytes = TensorLayout.Contiguous(type, ne).ByteCount;
            tell($"[{i + 1,4}/{tensors.Count}] {name,-32} {GgmlTypeInfo.Of(type).Name,-6} {bytes / 1048576.0,9:F1} MiB");
            if (!pools.TryGetValue(type, out RandomBlocks? pool))
            {
                pools.Add(type, pool = RandomBlocks.Of(type, isNorm: ne.Rank == 1));
            }

            pool.Write(writer, bytes, cancellationToken);
        }

        writer.Complete();
    }

    /// <summary>Asks llama.cpp for the types with an F16 file of zeros, which is sparse and takes no space on disk.</summary>
    private List<(string Name, GgmlType Type, TensorShape Shape)> ChooseTypes(string path)
    {
        string source = path + ".shape";
        try
        {
            using (GgufWriter writer = GgufWriter.Create(source))
            {
                AddMetadata(writer);
                (string Name, long[] Ne)[] tensors = [.. shape.Tensors(vocabulary.Metadata[TokensKey].Count)];
                foreach ((string name, long[] ne) in tensors)
                {
                    writer.AddTensor(name, ne.Length == 1 ? GgmlType.F32 : GgmlType.F16, new TensorShape(ne));
                }

                foreach ((string _, long[] ne) in tensors)
                {
                    writer.WriteZeros(TensorLayout.Contiguous(ne.Length == 1 ? GgmlType.F32 : GgmlType.F16, new TensorShape(ne)).ByteCount);
                }

                writer.Complete();
            }

            return [.. ModelQuantizer.Plan(source,
                new ModelQuantizationOptions { FileType = fileType }).Select(tensor => (tensor.Name, tensor.Type, tensor.Shape))];
        }
        finally
        {
            File.Delete(source);
        }
    }

    private void AddMetadata(GgufWriter writer)
    {
        writer.AddMetadata("general.architecture", GgufValue.Of("llama"));
        writer.AddMetadata("general.name", GgufValue.Of($"{shape.Name}, random weights"));
        writer.AddMetadata("general.file_type", GgufValue.Of((uint)fileType));
        writer.AddMetadata("general.quantization_version", GgufValue.Of(GgmlTypeInfo.QuantizationVersion));
        writer.AddMetadata("llama.context_length", GgufValue.Of((uint)shape.Context));
        writer.AddMetadata("llama.embedding_length", GgufValue.Of((uint)shape.Embedding));
        writer.AddMetadata("llama.block_count", GgufValue.Of((uint)shape.Layers));
        writer.AddMetadata("llama.feed_forward_length", GgufValue.Of((uint)shape.FeedForward));
        writer.AddMetadata("llama.attention.head_count", GgufValue.Of((uint)shape.Heads));
        writer.AddMetadata("llama.attention.head_count_kv", GgufValue.Of((uint)shape.HeadsKv));
        writer.AddMetadata("llama.attention.layer_norm_rms_epsilon", GgufValue.Of(1e-5f));
        writer.AddMetadata("llama.rope.dimension_count", GgufValue.Of((uint)(shape.Embedding / shape.Heads)));
        writer.AddMetadata("llama.rope.freq_base", GgufValue.Of(shape.RopeBase));
        writer.AddMetadata("llama.vocab_size", GgufValue.Of((uint)vocabulary.Metadata[TokensKey].Count));
        foreach ((string key, GgufValue value) in vocabulary.Metadata
            .Where(pair => pair.Key.StartsWith("tokenizer.", StringComparison.Ordinal)))
        {
            writer.AddMetadata(key, value);
        }
    }
}
