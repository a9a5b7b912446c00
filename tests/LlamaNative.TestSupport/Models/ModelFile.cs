using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.TestSupport;

/// <summary>
/// A GGUF file in memory, whose metadata and tensors a test can read and change before saving: models with random weights
/// that llama.cpp loads (see <see cref="TinyModelOptions"/>), adapters for them, and invalid versions of both.
/// </summary>
public sealed class ModelFile(int seed = 1)
{
    // The shape of the two models below.
    public const int Embedding = 32;
    public const int FeedForward = 64;
    public const int Layers = 3;
    public const int ContextLength = 64;

    public OrderedDictionary<string, GgufValue> Metadata { get; } = [];

    public OrderedDictionary<string, ModelTensor> Tensors { get; } = [];

    /// <summary>A LLaMA with 2 heads, all projections square.</summary>
    public static ModelFile Llama(int seed = 1, bool tied = false) =>
        (Small(seed, "llama", TinyVocabulary.SentencePiece()) with { Tied = tied }).Create();

    /// <summary>A BERT with a WordPiece vocabulary of a few words; with <paramref name="classes"/>, it has a classification head.</summary>
    public static ModelFile Bert(int seed = 1, int? pooling = 1, string[]? classes = null) =>
        (Small(seed, "bert", TinyVocabulary.WordPiece()) with { Pooling = pooling, Classes = classes }).Create();

    /// <summary>Adds a tensor whose numbers depend only on the seed and its name; norms are close to 1.</summary>
    public void AddRandom(string name, TensorShape shape, GgmlType type = GgmlType.F32)
    {
        var random = new Random(name.Aggregate(seed * 7919, (hash, letter) => unchecked((hash * 31) + letter)));
        var values = new float[shape.ElementCount];
        for (int i = 0; i < values.Length; i++)
        {
            // Weights wide enough that logits differ clearly; the decays of a state-space model are negative.
            float noise = (float)((random.NextDouble() * 2) - 1);
            values[i] = name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 + (noise * 0.1f)
                : name.EndsWith("ssm_a", StringComparison.Ordinal) ? noise - 1.5f
                : noise * 0.6f;
        }

        Tensors[name] = new ModelTensor(shape, values, type);
    }

    /// <summary>Writes the file and returns its path.</summary>
    public string Save(string path)
    {
        using GgufWriter writer = GgufWriter.Create(path);
        WriteMetadata(writer);
        WriteTensors(writer, [.. Tensors]);
        return path;
    }

    /// <summary>Writes a split model, with the tensors distributed in order, and returns the path of the first file.</summary>
    public string SaveSplit(string prefix, int parts)
    {
        int perPart = (Tensors.Count + parts - 1) / parts;
        for (int part = 0; part < parts; part++)
        {
            using GgufWriter writer = GgufWriter.Create(PathOf(part));
            if (part == 0)
            {
                WriteMetadata(writer);
            }

            writer.AddMetadata("split.no", GgufValue.Of((ushort)part));
            writer.AddMetadata("split.count", GgufValue.Of((ushort)parts));
            writer.AddMetadata("split.tensors.count", GgufValue.Of(Tensors.Count));
            WriteTensors(writer, [.. Tensors.Skip(part * perPart).Take(perPart)]);
        }

        return PathOf(0);

        string PathOf(int part) => $"{prefix}-{part + 1:D5}-of-{parts:D5}.gguf";
    }

    private static TinyModelOptions Small(int seed, string architecture, TinyVocabulary vocabulary) => new()
    {
        Architecture = architecture,
        Vocabulary = vocabulary,
        ContextLength = ContextLength,
        Layers = Layers,
        Embedding = Embedding,
        Heads = 2,
        HeadsKv = 2,
        Seed = seed,
    };

    private void WriteMetadata(GgufWriter writer)
    {
        foreach ((string key, GgufValue value) in Metadata)
        {
            writer.AddMetadata(key, value);
        }
    }

    private static void WriteTensors(GgufWriter writer, KeyValuePair<string, ModelTensor>[] tensors)
    {
        foreach ((string name, ModelTensor tensor) in tensors)
        {
            writer.AddTensor(name, tensor.Type, tensor.Shape);
        }

        foreach ((_, ModelTensor tensor) in tensors)
        {
            writer.Write(tensor.Encode());
        }

        writer.Complete();
    }
}
