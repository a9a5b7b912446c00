namespace LlamaNative.TestSupport;

/// <summary>What models of an architecture do, which decides what each call must answer.</summary>
[Flags]
public enum ArchitectureKind
{
    None = 0,

    /// <summary>Generates text with a KV cache.</summary>
    Decoder = 1,

    /// <summary>Generates text with a recurrent state.</summary>
    Recurrent = 2,

    /// <summary>Generates text with both.</summary>
    Hybrid = 4,

    /// <summary>Generates text with a decoder that attends to an encoder's output.</summary>
    EncoderDecoder = 8,

    /// <summary>Embeds text.</summary>
    Encoder = 16,

    /// <summary>Fills in masked tokens; has no cache.</summary>
    Diffusion = 32,

    /// <summary>Has a cache and logits, but the tokens are not text.</summary>
    Speech = 64,

    /// <summary>Embeds text with a cache and a causal mask, as a decoder.</summary>
    CachedEncoder = 128,
}

/// <summary>A tiny model of one architecture.</summary>
/// <param name="Name">general.architecture.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Keys">
/// Hyperparameters that differ from the defaults, without the architecture's prefix: <c>name=value; name=value</c>. See
/// <see cref="ArchitectureDefaults"/> for how values are written.
/// </param>
public sealed record ArchitectureRow(string Name, ArchitectureKind Kind, string Keys = "")
{
    /// <summary>Whether batches are evaluated without a cache.</summary>
    public bool HasNoCache =>
        Name != "t5encoder" && Kind is ArchitectureKind.Encoder or ArchitectureKind.Diffusion;

    /// <summary>Whether it has experts.</summary>
    public bool Experts { get; init; }

    /// <summary>Tensors that llama.cpp's loader calls optional and the graph needs: <c>name type size…; …</c>.</summary>
    public string Tensors { get; init; } = "";

    public TinyVocabulary Vocabulary { get; init; } = s_sentencePiece;

    private static readonly TinyVocabulary s_sentencePiece = TinyVocabulary.SentencePiece();

    public override string ToString() => Name;
}
