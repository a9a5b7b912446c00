using System.Runtime.InteropServices;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests;

/// <summary>
/// A GGUF file in the making whose tensors can be looked at and changed before it is written: models of a few thousand
/// random weights (fixed seed) that llama.cpp loads, adapters for them, and broken ones of both.
/// </summary>
internal sealed class ModelFile
{
    public const int Embedding = 32;
    public const int FeedForward = 64;
    public const int Layers = 3;
    public const int ContextLength = 64;

    public OrderedDictionary<string, GgufValue> Metadata { get; } = [];

    public OrderedDictionary<string, TestTensor> Tensors { get; } = [];

    /// <summary>A LLaMA with a SentencePiece vocabulary of bytes and letters, 2 heads, all projections square.</summary>
    public static ModelFile Llama(int seed = 1, bool tied = false)
    {
        var file = new ModelFile();
        file.AddArchitecture("llama");
        file.Metadata["llama.attention.layer_norm_rms_epsilon"] = GgufValue.Of(1e-5f);
        file.Metadata["llama.rope.dimension_count"] = GgufValue.Of(Embedding / 2u);
        int vocabulary = file.AddSentencePiece();
        var random = new Random(seed);
        file.AddRandom(random, "token_embd.weight", Embedding, vocabulary);
        file.AddRandom(random, "output_norm.weight", Embedding);
        if (!tied)
        {
            file.AddRandom(random, "output.weight", Embedding, vocabulary);
        }

        for (int i = 0; i < Layers; i++)
        {
            file.AddRandom(random, $"blk.{i}.attn_norm.weight", Embedding);
            file.AddRandom(random, $"blk.{i}.ffn_norm.weight", Embedding);
            foreach (string name in (string[])["attn_q", "attn_k", "attn_v", "attn_output"])
            {
                file.AddRandom(random, $"blk.{i}.{name}.weight", Embedding, Embedding);
            }

            file.AddRandom(random, $"blk.{i}.ffn_gate.weight", Embedding, FeedForward);
            file.AddRandom(random, $"blk.{i}.ffn_up.weight", Embedding, FeedForward);
            file.AddRandom(random, $"blk.{i}.ffn_down.weight", FeedForward, Embedding);
        }

        return file;
    }

    /// <summary>A BERT with a WordPiece vocabulary of a few words; with <paramref name="classes"/> a head to rank with.</summary>
    public static ModelFile Bert(int seed = 1, int? pooling = 1, string[]? classes = null)
    {
        var file = new ModelFile();
        file.AddArchitecture("bert");
        file.Metadata["bert.attention.layer_norm_epsilon"] = GgufValue.Of(1e-5f);
        file.Metadata["bert.attention.causal"] = GgufValue.Of(false);
        if (pooling is { } type)
        {
            file.Metadata["bert.pooling_type"] = GgufValue.Of((uint)type);
        }

        int vocabulary = file.AddWordPiece();
        var random = new Random(seed);
        file.AddRandom(random, "token_embd.weight", Embedding, vocabulary);
        file.AddRandom(random, "token_types.weight", Embedding, 2);
        file.AddRandom(random, "position_embd.weight", Embedding, ContextLength);
        file.AddNorm(random, "token_embd_norm");
        for (int i = 0; i < Layers; i++)
        {
            foreach (string name in (string[])["attn_q", "attn_k", "attn_v", "attn_output"])
            {
                file.AddRandom(random, $"blk.{i}.{name}.weight", Embedding, Embedding);
                file.AddRandom(random, $"blk.{i}.{name}.bias", Embedding);
            }

            file.AddNorm(random, $"blk.{i}.attn_output_norm");
            file.AddRandom(random, $"blk.{i}.ffn_up.weight", Embedding, FeedForward);
            file.AddRandom(random, $"blk.{i}.ffn_up.bias", FeedForward);
            file.AddRandom(random, $"blk.{i}.ffn_down.weight", FeedForward, Embedding);
            file.AddRandom(random, $"blk.{i}.ffn_down.bias", Embedding);
            file.AddNorm(random, $"blk.{i}.layer_output_norm");
        }

        if (classes is not null)
        {
            file.Metadata["bert.classifier.output_labels"] = GgufValue.OfStrings(classes);
            file.AddRandom(random, "cls.weight", Embedding, Embedding);
            file.AddRandom(random, "cls.bias", Embedding);
            file.AddRandom(random, "cls.output.weight", Embedding, classes.Length);
            file.AddRandom(random, "cls.output.bias", classes.Length);
        }

        return file;
    }

    /// <summary>A LoRA adapter with random matrices for these weights.</summary>
    public static ModelFile Lora(ModelFile model, int seed, int rank, float? alpha, params string[] weights)
    {
        var file = new ModelFile();
        file.Metadata["general.type"] = GgufValue.Of("adapter");
        file.Metadata["general.architecture"] = model.Metadata["general.architecture"];
        file.Metadata["adapter.type"] = GgufValue.Of("lora");
        if (alpha is { } value)
        {
            file.Metadata["adapter.lora.alpha"] = GgufValue.Of(value);
        }

        var random = new Random(seed);
        foreach (string weight in weights)
        {
            TensorShape shape = model.Tensors[weight].Shape;
            bool lookedUp = weight == "token_embd.weight";
            file.AddRandom(random, weight + ".lora_a", lookedUp ? [rank, shape[1]] : [shape[0], rank]);
            file.AddRandom(random, weight + ".lora_b", lookedUp ? [rank, shape[0]] : [rank, shape[1]]);
        }

        return file;
    }

    /// <summary>Adds the adapter's product to the weights by hand: W[o, i] += scale · alpha/rank · Σᵣ B[o, r]·A[r, i].</summary>
    public void Merge(ModelFile lora, float scale)
    {
        foreach ((string name, TestTensor a) in lora.Tensors.Where(tensor => tensor.Key.EndsWith(".lora_a", StringComparison.Ordinal)))
        {
            string weight = name[..^".lora_a".Length];
            TestTensor b = lora.Tensors[weight + ".lora_b"];
            float[] w = Tensors[weight].Values;
            bool lookedUp = weight == "token_embd.weight";
            int rank = (int)b.Shape[0];
            int inputs = (int)Tensors[weight].Shape[0];
            double alpha = lora.Metadata.TryGetValue("adapter.lora.alpha", out GgufValue? value) ? value.GetSingle() : 0;
            double factor = scale * (alpha == 0 ? 1 : alpha / rank);
            for (int i = 0; i < w.Length; i++)
            {
                (int output, int input) = (i / inputs, i % inputs);
                double sum = 0;
                for (int r = 0; r < rank; r++)
                {
                    sum += lookedUp ? a.Values[(output * rank) + r] * (double)b.Values[(input * rank) + r] : b.Values[(output * rank) + r] * (double)a.Values[(r * inputs) + input];
                }

                w[i] += (float)(factor * sum);
            }
        }
    }

    public void AddRandom(Random random, string name, params int[] shape) =>
        AddRandom(random, name, [.. shape.Select(size => (long)size)]);

    public void Save(string path)
    {
        using GgufWriter writer = GgufWriter.Create(path);
        foreach ((string key, GgufValue value) in Metadata)
        {
            writer.AddMetadata(key, value);
        }

        foreach ((string name, TestTensor tensor) in Tensors)
        {
            writer.AddTensor(name, tensor.Type, tensor.Shape);
        }

        foreach (TestTensor tensor in Tensors.Values)
        {
            writer.Write(tensor.Bytes());
        }

        writer.Complete();
    }

    private void AddRandom(Random random, string name, long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++)
        {
            float noise = (float)((random.NextDouble() * 2) - 1);
            values[i] = name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 + (noise * 0.1f) : noise * 0.4f;
        }

        Tensors[name] = new TestTensor(new TensorShape(shape), values);
    }

    private void AddNorm(Random random, string name)
    {
        AddRandom(random, name + ".weight", Embedding);
        AddRandom(random, name + ".bias", Embedding);
    }

    private void AddArchitecture(string name)
    {
        Metadata["general.architecture"] = GgufValue.Of(name);
        Metadata[$"{name}.context_length"] = GgufValue.Of((uint)ContextLength);
        Metadata[$"{name}.embedding_length"] = GgufValue.Of((uint)Embedding);
        Metadata[$"{name}.block_count"] = GgufValue.Of((uint)Layers);
        Metadata[$"{name}.feed_forward_length"] = GgufValue.Of((uint)FeedForward);
        Metadata[$"{name}.attention.head_count"] = GgufValue.Of(2u);
        Metadata[$"{name}.attention.head_count_kv"] = GgufValue.Of(2u);
    }

    private int AddSentencePiece()
    {
        string[] tokens =
        [
            "<unk>", "<s>", "</s>",
            .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"),
            "\u2581", .. "abcdefghijklmnopqrstuvwxyz".Select(letter => letter.ToString()),
        ];
        const int Bytes = 3;
        const int Letters = Bytes + 256;
        AddVocabulary("llama", tokens, id => id switch { 0 => 2, < Bytes => 3, < Letters => 6, _ => 1 });
        Metadata["tokenizer.ggml.bos_token_id"] = GgufValue.Of(1u);
        Metadata["tokenizer.ggml.eos_token_id"] = GgufValue.Of(2u);
        Metadata["tokenizer.ggml.unknown_token_id"] = GgufValue.Of(0u);
        return tokens.Length;
    }

    private int AddWordPiece()
    {
        string[] tokens =
        [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "\u2581the", "\u2581cat", "\u2581dog", "\u2581sat", "\u2581on", "\u2581a", "\u2581mat", "s", "ing",
        ];
        AddVocabulary("bert", tokens, id => id == 1 ? 2 : id < 5 ? 3 : 1);
        Metadata["tokenizer.ggml.token_type_count"] = GgufValue.Of(2u);
        Metadata["tokenizer.ggml.padding_token_id"] = GgufValue.Of(0u);
        Metadata["tokenizer.ggml.unknown_token_id"] = GgufValue.Of(1u);
        Metadata["tokenizer.ggml.cls_token_id"] = GgufValue.Of(2u);
        Metadata["tokenizer.ggml.bos_token_id"] = GgufValue.Of(2u);
        Metadata["tokenizer.ggml.seperator_token_id"] = GgufValue.Of(3u);
        Metadata["tokenizer.ggml.mask_token_id"] = GgufValue.Of(4u);
        return tokens.Length;
    }

    private void AddVocabulary(string model, string[] tokens, Func<int, int> type)
    {
        Metadata["tokenizer.ggml.model"] = GgufValue.Of(model);
        Metadata["tokenizer.ggml.tokens"] = GgufValue.OfStrings(tokens);
        Metadata["tokenizer.ggml.scores"] = GgufValue.OfArray<float>([.. tokens.Select((_, id) => -id / 100f)]);
        Metadata["tokenizer.ggml.token_type"] = GgufValue.OfArray<int>([.. tokens.Select((_, id) => type(id))]);
    }
}

/// <summary>A tensor to be written; its numbers are encoded as its type when it is.</summary>
internal sealed record TestTensor(TensorShape Shape, float[] Values, GgmlType Type = GgmlType.F32)
{
    public byte[] Bytes() => Type switch
    {
        GgmlType.F32 or GgmlType.I32 => MemoryMarshal.AsBytes(Values.AsSpan()).ToArray(),
        GgmlType.F16 => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(Values, value => (Half)value)).ToArray(),
        GgmlType.Q4_0 => [.. Values.Chunk(32).SelectMany(Q4_0)],
        _ => throw new NotSupportedException($"{Type}"),
    };

    /// <summary>ggml-quants.c, quantize_row_q4_0_ref: a half scale d = max/-8 and 32 nibbles, value i with value i + 16.</summary>
    private static byte[] Q4_0(float[] block)
    {
        float max = block.MaxBy(Math.Abs);
        float d = max / -8;
        byte[] bytes = [.. BitConverter.GetBytes((Half)d), .. new byte[16]];
        for (int i = 0; i < 16; i++)
        {
            bytes[2 + i] = (byte)(Nibble(block[i]) | (Nibble(block[i + 16]) << 4));
        }

        return bytes;

        int Nibble(float value) => Math.Clamp((int)((value / d) + 8.5f), 0, 15);
    }
}

/// <summary>A folder for the files of a test, removed with them.</summary>
internal sealed class TemporaryFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llamanative-tests-").FullName;
    private int _count;

    public string Save(ModelFile file)
    {
        string path = NewPath();
        file.Save(path);
        return path;
    }

    public LlamaModel Load(ModelFile file, ModelOptions? options = null) => LlamaModel.Load(Save(file), options);

    public string NewPath() => Path.Combine(_folder, $"{_count++}.gguf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
