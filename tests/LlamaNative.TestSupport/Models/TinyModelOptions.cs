using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.TestSupport;

/// <summary>The properties of a model with random weights; the default is a small LLaMA with a SentencePiece vocabulary.</summary>
public sealed record TinyModelOptions
{
    /// <summary>
    /// Five layers with rows of 64 and 172 numbers, neither of which is a multiple of a K-quant's block, and heads that
    /// share keys.
    /// </summary>
    public static TinyModelOptions Uneven { get; } = new() { Layers = 5, Embedding = 64, FeedForward = 172, Heads = 8, HeadsKv = 4 };

    /// <summary>
    /// general.architecture. "llama", "gemma2" (a sliding window), "mamba" (recurrent), "bert" (an encoder) and "t5" (both) load;
    /// any other gets LLaMA's tensors and is rejected by llama.cpp.
    /// </summary>
    public string Architecture { get; init; } = "llama";

    public TinyVocabulary Vocabulary { get; init; } = TinyVocabulary.SentencePiece();

    public int ContextLength { get; init; } = 512;

    public int Layers { get; init; } = 2;

    /// <summary>n_embd.</summary>
    public int Embedding { get; init; } = 32;

    /// <summary>n_ff; null is twice the embedding.</summary>
    public int? FeedForward { get; init; }

    public int Heads { get; init; } = 4;

    public int HeadsKv { get; init; } = 2;

    public int? SlidingWindow { get; init; }

    /// <summary>Whether the output matrix is the embedding matrix.</summary>
    public bool Tied { get; init; }

    public string? ChatTemplate { get; init; }

    /// <summary>BERT: bert.pooling_type.</summary>
    public int? Pooling { get; init; }

    /// <summary>BERT: the labels of a classification head.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The random seed; each tensor's numbers depend only on it and the tensor's name.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The type of the matrices; vectors stay F32.</summary>
    public GgmlType Type { get; init; } = GgmlType.F32;

    public bool WithTensors { get; init; } = true;

    /// <summary>Puts NaN into the norms, so that every activation and every logit is NaN.</summary>
    public bool Broken { get; init; }

    /// <summary>Tensors to omit.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Tensors with given numbers.</summary>
    public IReadOnlyDictionary<string, float[]> Given { get; init; } = new Dictionary<string, float[]>();

    /// <summary>Additional or replaced metadata.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; init; } = new Dictionary<string, GgufValue>();

    /// <summary>The model in memory.</summary>
    public ModelFile Create()
    {
        var file = new ModelFile(Seed);
        TinyArchitecture.AddMetadata(file, this);
        Vocabulary.AddTo(file);
        foreach ((string key, GgufValue value) in Metadata)
        {
            file.Metadata[key] = value;
        }

        foreach ((string name, TensorShape shape) in WithTensors ? TinyArchitecture.Tensors(this) : [])
        {
            if (Without.Contains(name))
            {
                continue;
            }

            file.AddRandom(name, shape, shape.RowCount == 1 ? GgmlType.F32 : Type);
            if (Given.TryGetValue(name, out float[]? given))
            {
                file.Tensors[name] = file.Tensors[name] with { Values = given };
            }
            else if (Broken && name.Contains("norm", StringComparison.Ordinal))
            {
                Array.Fill(file.Tensors[name].Values, float.NaN);
            }
        }

        return file;
    }

    /// <summary>Writes the model and returns its path.</summary>
    public string Save(string path) => Create().Save(path);
}
