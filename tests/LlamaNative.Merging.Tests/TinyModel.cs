using System.Runtime.InteropServices;
using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Tests;

/// <summary>A LLaMA-shaped model of a few thousand seeded numbers, written with the library's own writer.</summary>
internal sealed record TinyModel
{
    public int Layers { get; init; } = 2;

    public int Width { get; init; } = 8;

    public int FeedForward { get; init; } = 16;

    public string Architecture { get; init; } = "llama";

    public IReadOnlyList<string> Vocabulary { get; init; } = ["<unk>", "<s>", "</s>", "a", "b", "c"];

    public IReadOnlyList<int>? TokenTypes { get; init; }

    public string TokenizerKind { get; init; } = "llama";

    public int Seed { get; init; } = 1;

    public GgmlType Type { get; init; } = GgmlType.F32;

    public bool HasOutput { get; init; } = true;

    public string? ChatTemplate { get; init; }

    /// <summary>Tensors left out.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Tensors with given numbers.</summary>
    public IReadOnlyDictionary<string, float[]> Given { get; init; } = new Dictionary<string, float[]>();

    /// <summary>More metadata.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; init; } = new Dictionary<string, GgufValue>();

    public IEnumerable<(string Name, TensorShape Shape)> Tensors()
    {
        yield return ("token_embd.weight", new TensorShape(Width, Vocabulary.Count));
        for (int layer = 0; layer < Layers; layer++)
        {
            string prefix = $"blk.{layer}.";
            yield return (prefix + "attn_norm.weight", new TensorShape(Width));
            yield return (prefix + "ffn_down.weight", new TensorShape(FeedForward, Width));
            yield return (prefix + "ffn_gate.weight", new TensorShape(Width, FeedForward));
            yield return (prefix + "ffn_up.weight", new TensorShape(Width, FeedForward));
            yield return (prefix + "ffn_norm.weight", new TensorShape(Width));
            yield return (prefix + "attn_k.weight", new TensorShape(Width, Width));
            yield return (prefix + "attn_output.weight", new TensorShape(Width, Width));
            yield return (prefix + "attn_q.weight", new TensorShape(Width, Width));
            yield return (prefix + "attn_v.weight", new TensorShape(Width, Width));
        }

        yield return ("output_norm.weight", new TensorShape(Width));
        if (HasOutput)
        {
            yield return ("output.weight", new TensorShape(Width, Vocabulary.Count));
        }
    }

    public float[] Numbers(string name, TensorShape shape)
    {
        if (Given.TryGetValue(name, out float[]? given))
        {
            return given;
        }

        var random = new Random(HashCode(name));
        var numbers = new float[shape.ElementCount];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (float)((random.NextDouble() * 2) - 1);
        }

        return numbers;
    }

    public string Write(string path) => Write(path, part: 0, parts: 1);

    /// <summary>Writes the model as several files, tensors dealt out in order.</summary>
    public string WriteSplit(string prefix, int parts)
    {
        for (int part = 0; part < parts; part++)
        {
            Write($"{prefix}-{part + 1:D5}-of-{parts:D5}.gguf", part, parts);
        }

        return $"{prefix}-00001-of-{parts:D5}.gguf";
    }

    private string Write(string path, int part, int parts)
    {
        using GgufWriter writer = GgufWriter.Create(path);
        (string Name, TensorShape Shape)[] tensors = [.. Tensors().Where(tensor => !Without.Contains(tensor.Name))];
        int perPart = (tensors.Length + parts - 1) / parts;
        if (part == 0)
        {
            AddMetadata(writer);
        }

        if (parts > 1)
        {
            writer.AddMetadata("split.no", GgufValue.Of((ushort)part));
            writer.AddMetadata("split.count", GgufValue.Of((ushort)parts));
            writer.AddMetadata("split.tensors.count", GgufValue.Of(tensors.Length));
        }

        tensors = [.. tensors.Skip(part * perPart).Take(perPart)];
        foreach ((string name, TensorShape shape) in tensors)
        {
            writer.AddTensor(name, TypeOf(shape), shape);
        }

        foreach ((string name, TensorShape shape) in tensors)
        {
            writer.Write(Encode(TypeOf(shape), Numbers(name, shape), (int)shape[0]));
        }

        writer.Complete();
        return path;
    }

    private GgmlType TypeOf(TensorShape shape) => shape.RowCount == 1 ? GgmlType.F32 : Type;

    private static byte[] Encode(GgmlType type, float[] numbers, int rowLength)
    {
        var bytes = new byte[GgmlTypeInfo.Of(type).RowSize(numbers.Length)];
        if (FloatEncoding.Supports(type))
        {
            FloatEncoding.Encode(type, numbers, bytes);
        }
        else
        {
            Quantizer.Quantize(type, numbers, rowLength, bytes);
        }

        return bytes;
    }

    private void AddMetadata(GgufWriter writer)
    {
        var values = new OrderedDictionary<string, GgufValue>
        {
            ["general.architecture"] = GgufValue.Of(Architecture),
            ["general.name"] = GgufValue.Of($"tiny {Seed}"),
            [$"{Architecture}.context_length"] = GgufValue.Of(64u),
            [$"{Architecture}.embedding_length"] = GgufValue.Of((uint)Width),
            [$"{Architecture}.block_count"] = GgufValue.Of((uint)Layers),
            [$"{Architecture}.feed_forward_length"] = GgufValue.Of((uint)FeedForward),
            [$"{Architecture}.attention.head_count"] = GgufValue.Of(2u),
            [$"{Architecture}.attention.layer_norm_rms_epsilon"] = GgufValue.Of(1e-5f),
            ["tokenizer.ggml.model"] = GgufValue.Of(TokenizerKind),
            ["tokenizer.ggml.tokens"] = GgufValue.OfStrings(Vocabulary),
            ["tokenizer.ggml.scores"] = GgufValue.OfArray<float>([.. Vocabulary.Select((_, i) => -(float)i)]),
            ["tokenizer.ggml.token_type"] = GgufValue.OfArray<int>([.. TokenTypes ?? [.. Vocabulary.Select(_ => 1)]]),
        };
        if (ChatTemplate is not null)
        {
            values["tokenizer.chat_template"] = GgufValue.Of(ChatTemplate);
        }

        foreach ((string key, GgufValue value) in Metadata)
        {
            values[key] = value;
        }

        foreach ((string key, GgufValue value) in values)
        {
            writer.AddMetadata(key, value);
        }
    }

    private int HashCode(string name) => name.Aggregate(Seed * 7919, (hash, letter) => unchecked((hash * 31) + letter));
}

/// <summary>A folder that goes with the test, and what to read from files in it.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("merging-tests").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public IEnumerable<string> Files => Directory.EnumerateFileSystemEntries(Path).Select(file => System.IO.Path.GetFileName(file)).Order();

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public static byte[] Bytes(GgufFile file, string tensor)
    {
        using GgufTensorView view = file.Tensors[tensor].Open();
        return view.Bytes.ToArray();
    }

    public static float[] Floats(string path, string tensor)
    {
        using GgufFile file = GgufFile.Open(path);
        return MemoryMarshal.Cast<byte, float>(Bytes(file, tensor)).ToArray();
    }

    /// <summary>The tensors in which two files differ, one way or the other.</summary>
    public static string[] DifferentTensors(string left, string right)
    {
        using GgufFile a = GgufFile.Open(left);
        using GgufFile b = GgufFile.Open(right);
        return
        [
            .. a.Tensors.Where(tensor => !b.Tensors.TryGet(tensor.Name, out GgufTensorInfo? other) || other.Type != tensor.Type || !Bytes(a, tensor.Name).AsSpan().SequenceEqual(Bytes(b, tensor.Name))).Select(tensor => tensor.Name),
            .. b.Tensors.Where(tensor => !a.Tensors.TryGet(tensor.Name, out _)).Select(tensor => tensor.Name),
        ];
    }
}
