namespace LlamaNative.Models;

/// <summary>
/// What models of an architecture (<c>general.architecture</c>) are for, where it is not to generate text. The lists match llama.cpp
/// v0.4.0 (src/models/*.cpp and llama_model::create_memory), which generates text with every other architecture.
/// </summary>
public static class ModelArchitecture
{
    private static readonly HashSet<string> s_embedding =
    [
        "bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3", "eurobert", "t5encoder",
        "gemma-embedding", "llama-embed",
    ];

    private static readonly HashSet<string> s_diffusion = ["dream", "llada", "llada-moe", "rnd1"];

    /// <summary>Parts of pipelines that turn text into sound; their tokens are codes of sound.</summary>
    private static readonly HashSet<string> s_speech = ["wavtokenizer-dec", "qwen3tts", "pockettts"];

    /// <summary>Draft models for speculation, which read the hidden states of another model's context.</summary>
    private static readonly HashSet<string> s_drafts = ["eagle3", "dflash", "gemma4-assistant"];

    /// <summary>
    /// Whether models of an architecture continue text token by token; true for an architecture that is unknown. See
    /// <see cref="LlamaModel.GeneratesText"/>.
    /// </summary>
    /// <param name="architecture">The value of <c>general.architecture</c>, which can be read without loading the model.</param>
    public static bool GeneratesText(string architecture) => Obstacle(architecture) is null;

    /// <summary>Whether a model is one of another model's parts, which cannot be evaluated without that model's context.</summary>
    internal static bool IsDraft(string architecture) => s_drafts.Contains(architecture);

    /// <summary>Whether the compute graph ends in logits. llama.cpp returns uninitialized memory where it does not.</summary>
    internal static bool HasLogits(string architecture) => !s_embedding.Contains(architecture) && architecture != "wavtokenizer-dec";

    /// <summary>Whether sequences can share the cells of a unified cache.</summary>
    internal static bool SharesCells(string architecture) => architecture != "deepseek4";

    /// <summary>Whether a token can belong to several sequences. Where not, llama.cpp fails an assertion.</summary>
    internal static bool SharesTokens(string architecture) => architecture is not ("deepseek4" or "qwen4exp");

    /// <summary>
    /// Whether llama.cpp creates a cache. Without one it evaluates every batch with llama_encode, which returns every token's output
    /// whatever was asked for.
    /// </summary>
    internal static bool HasCache(string architecture) =>
        !s_diffusion.Contains(architecture) && (HasLogits(architecture) || architecture is "llama-embed" or "t5encoder");

    /// <summary>
    /// Whether the graph computes an output for every token, requested or not (it has no inp_out_ids). llama.cpp would return the first
    /// tokens' outputs as those of the requested ones.
    /// </summary>
    internal static bool ReturnsEveryToken(string architecture) => architecture == "cogvlm";

    /// <summary>Whether the graph cannot be evaluated without an output: it writes to the first one's logits.</summary>
    internal static bool NeedsAnOutput(string architecture) => architecture == "chameleon";

    /// <summary>
    /// Whether llama.cpp mixes up the sequences of a batch: plamo2.cpp transposes tokens and sequences, and WavTokenizer's convolutions
    /// run over the whole batch.
    /// </summary>
    internal static bool MixesSequences(string architecture) => architecture is "plamo2" or "wavtokenizer-dec";

    /// <summary>
    /// Whether embeddings can be read. The declared width of these includes their parallel residual streams, but the result is one stream,
    /// and llama.cpp asserts that it does not read beyond it.
    /// </summary>
    internal static bool ReturnsEmbeddings(string architecture) => architecture is not ("qwen4exp" or "deepseek4");

    /// <summary>Whether a context with embeddings computes logits too.</summary>
    internal static bool HasLogitsWithEmbeddings(string architecture) => architecture is not ("lfm2" or "lfm2moe");

    /// <summary>
    /// Whether flash attention works. plm.cpp hands over the values of all heads as one, which fails an assertion with the layout of flash
    /// attention.
    /// </summary>
    internal static bool SupportsFlashAttention(string architecture) => architecture != "plm";

    /// <summary>
    /// Whether a sequence must be without gaps from position 0: the sparse attention of these architectures finds a cell's block by its
    /// position and asserts that it lies in the window.
    /// </summary>
    internal static bool ForbidsGaps(string architecture) => architecture is "qwen4exp" or "deepseek4";

    /// <summary>Throws if a model does not continue text, as everything that generates or predicts text does at its beginning.</summary>
    /// <exception cref="LlamaException">The model does not continue text. The message says what it does.</exception>
    public static void RequireText(LlamaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Obstacle(model.Architecture) is { } obstacle)
        {
            throw new LlamaException($"The model '{Path.GetFileName(model.Path)}' (architecture '{model.Architecture}') {obstacle}");
        }
    }

    private static string? Obstacle(string architecture) =>
        s_embedding.Contains(architecture) ? "embeds text and cannot generate any."
        : s_diffusion.Contains(architecture)
            ? "is a diffusion model: it fills in masked tokens in any order instead of continuing a text, which is not supported."
        : s_speech.Contains(architecture) ? "is a part of a speech model and generates no text."
        : s_drafts.Contains(architecture) ? "is a draft model: it only predicts tokens for another model, and cannot generate by itself."
        : null;
}
