using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace MythoMaxRecipe;

/// <summary>
/// Writes a model with random weights in a real model's shape, so that merging needs no download. It loads but generates
/// nonsense.
/// </summary>
internal static class SyntheticModel
{
    private const int PoolRows = 64;

    public static void Write(string path, ModelShape shape, string type, int seed)
    {
        var random = new Random(seed);
        using GgufWriter writer = GgufWriter.Create(path);
        AddMetadata(writer, shape, seed);
        (string Name, TensorShape Shape, GgmlType Type)[] tensors = [.. Tensors(shape)
            .Select(tensor => (tensor.Name, tensor.Shape, TypeOf(tensor.Name, tensor.Shape, type, shape)))];
        foreach ((string name, TensorShape ne, GgmlType ggml) in tensors)
        {
            writer.AddTensor(name, ggml, ne);
        }

        foreach ((string name, TensorShape ne, GgmlType ggml) in tensors)
        {
            WriteRows(writer, name, ne, ggml, random);
        }

        writer.Complete();
    }

    private static IEnumerable<(string Name, TensorShape Shape)> Tensors(ModelShape shape)
    {
        int keys = shape.Width / shape.Heads * shape.KeyValueHeads;
        yield return ("token_embd.weight", new(shape.Width, shape.Vocabulary));
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            yield return ($"blk.{layer}.attn_norm.weight", new(shape.Width));
            yield return ($"blk.{layer}.attn_q.weight", new(shape.Width, shape.Width));
            yield return ($"blk.{layer}.attn_k.weight", new(shape.Width, keys));
            yield return ($"blk.{layer}.attn_v.weight", new(shape.Width, keys));
            yield return ($"blk.{layer}.attn_output.weight", new(shape.Width, shape.Width));
            yield return ($"blk.{layer}.ffn_norm.weight", new(shape.Width));
            yield return ($"blk.{layer}.ffn_gate.weight", new(shape.Width, shape.FeedForward));
            yield return ($"blk.{layer}.ffn_up.weight", new(shape.Width, shape.FeedForward));
            yield return ($"blk.{layer}.ffn_down.weight", new(shape.FeedForward, shape.Width));
        }

        yield return ("output_norm.weight", new(shape.Width));
        yield return ("output.weight", new(shape.Width, shape.Vocabulary));
    }

    /// <summary>An approximation of llama.cpp's Q4_K_M: the output matrix and half of the sensitive matrices in Q6_K.</summary>
    private static GgmlType TypeOf(string name, TensorShape ne, string type, ModelShape shape)
    {
        if (ne.RowCount == 1)
        {
            return GgmlType.F32;
        }

        bool sensitive = name.Contains("attn_v", StringComparison.Ordinal) || name.Contains("ffn_down", StringComparison.Ordinal);
        return type.ToUpperInvariant() switch
        {
            "F16" => GgmlType.F16,
            "Q8_0" => GgmlType.Q8_0,
            "Q4_K_M" when name == "output.weight"
                || (sensitive && int.Parse(name.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture) % 2 == 0) =>
                GgmlType.Q6_K,
            "Q4_K_M" when shape.Width % 256 == 0 => GgmlType.Q4_K,
            _ => throw new ArgumentException($"the type must be F16, Q8_0 or Q4_K_M (for rows of 256), not '{type}'"),
        };
    }

    /// <summary>
    /// A few random rows are repeated from different offsets: drawing billions of numbers would take longer than merging them.
    /// </summary>
    private static void WriteRows(GgufWriter writer, string name, TensorShape ne, GgmlType type, Random random)
    {
        int length = (int)ne[0];
        int rows = (int)Math.Min(PoolRows, ne.RowCount);
        var numbers = new float[rows * length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = name.Contains("norm", StringComparison.Ordinal)
                ? 1 + (0.1f * (random.NextSingle() - 0.5f))
                : (random.NextSingle() - 0.5f) / MathF.Sqrt(length);
        }

        int rowBytes = (int)GgmlTypeInfo.Of(type).RowSize(length);
        var bytes = new byte[rows * rowBytes];
        if (FloatEncoding.Supports(type))
        {
            FloatEncoding.Encode(type, numbers, bytes);
        }
        else
        {
            Quantizer.Quantize(type, numbers, length, bytes);
        }

        for (long row = 0; row < ne.RowCount;)
        {
            int start = random.Next(rows);
            int count = (int)Math.Min(rows - start, ne.RowCount - row);
            writer.Write(bytes.AsSpan(start * rowBytes, count * rowBytes));
            row += count;
        }
    }

    private static void AddMetadata(GgufWriter writer, ModelShape shape, int seed)
    {
        writer.AddMetadata("general.architecture", GgufValue.Of("llama"));
        writer.AddMetadata("general.name", GgufValue.Of($"synthetic {seed}"));
        writer.AddMetadata("llama.context_length", GgufValue.Of(4096u));
        writer.AddMetadata("llama.embedding_length", GgufValue.Of((uint)shape.Width));
        writer.AddMetadata("llama.block_count", GgufValue.Of((uint)shape.Layers));
        writer.AddMetadata("llama.feed_forward_length", GgufValue.Of((uint)shape.FeedForward));
        writer.AddMetadata("llama.attention.head_count", GgufValue.Of((uint)shape.Heads));
        writer.AddMetadata("llama.attention.head_count_kv", GgufValue.Of((uint)shape.KeyValueHeads));
        writer.AddMetadata("llama.attention.layer_norm_rms_epsilon", GgufValue.Of(1e-5f));
        writer.AddMetadata("tokenizer.ggml.model", GgufValue.Of("llama"));
        writer.AddMetadata("tokenizer.ggml.tokens", GgufValue.OfStrings(Enumerable.Range(0, shape.Vocabulary).Select(Token)));
        writer.AddMetadata("tokenizer.ggml.scores",
            GgufValue.OfArray<float>([.. Enumerable.Range(0, shape.Vocabulary).Select(id => -(float)id)]));
        writer.AddMetadata("tokenizer.ggml.token_type",
            GgufValue.OfArray<int>([.. Enumerable.Range(0,
                shape.Vocabulary).Select(id => id is 0 ? 2 : id is 1 or 2 ? 3 : id < 259 && shape.Vocabulary > 259 ? 6 : 1)]));
        writer.AddMetadata("tokenizer.ggml.bos_token_id", GgufValue.Of(1u));
        writer.AddMetadata("tokenizer.ggml.eos_token_id", GgufValue.Of(2u));
        writer.AddMetadata("tokenizer.ggml.unknown_token_id", GgufValue.Of(0u));
    }

    /// <summary>LLaMA's vocabulary starts with three special tokens and one for each byte.</summary>
    private static string Token(int id) => id switch
    {
        0 => "<unk>",
        1 => "<s>",
        2 => "</s>",
        < 259 => $"<0x{id - 3:X2}>",
        _ => $"▁w{id}",
    };
}
