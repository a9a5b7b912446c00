namespace LlamaNative.Gguf;

/// <summary>The algorithms behind tokenizer.ggml.model.</summary>
internal enum TokenizerKind
{
    Unknown,
    None,
    SentencePiece,
    BytePair,
    WordPiece,
    Unigram,
    Rwkv,
    Plamo2,
}

/// <summary>What llama.cpp assumes about special tokens for a tokenizer before it reads the file's own ids.</summary>
/// <param name="Kind">The algorithm.</param>
/// <param name="Bos">The beginning-of-sequence id taken when the file names none, or null.</param>
/// <param name="Eos">The end-of-sequence id, likewise.</param>
/// <param name="Separator">The separator id, likewise.</param>
/// <param name="AddsBos">Whether a beginning is added when the file does not say.</param>
/// <param name="AddsEos">Whether an end is added when the file does not say.</param>
internal sealed record TokenizerFamily(TokenizerKind Kind, int? Bos, int? Eos, int? Separator = null,
    bool AddsBos = false, bool AddsEos = false)
{
    private static readonly string[] s_bosFirst =
    [
        "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano",
        "tekken", "chameleon", "gemma4", "granite-embed-multi-311m",
    ];

    /// <summary>The family of a model name; bpe variants also depend on tokenizer.ggml.pre.</summary>
    /// <exception cref="GgufFormatException">The two do not go together.</exception>
    public static TokenizerFamily Of(IReadOnlyDictionary<string, GgufValue> metadata, string model)
    {
        GgufValue? found = metadata.TryGetValue("tokenizer.ggml.pre", out GgufValue? value) ? value : null;
        string pre = model == "gemma4" ? "gemma4" : found?.GetString() ?? "";
        switch (model)
        {
            case "llama":
                return new(TokenizerKind.SentencePiece, 1, 2, AddsBos: true);
            case "bert":
                return new(TokenizerKind.WordPiece, 101, null, Separator: 102, AddsBos: true);
            case "t5":
                return new(TokenizerKind.Unigram, null, 1, AddsEos: true);
            case "rwkv":
                return new(TokenizerKind.Rwkv, null, null);
            case "plamo2":
                return new(TokenizerKind.Plamo2, 1, 2);
            case "no_vocab" or "none":
                return new(TokenizerKind.None, null, null);
            case "gpt2" or "hybriddna" or "whitespace" or "gemma4":
                if (pre == "whitespace" && model != "whitespace")
                {
                    // Merges are looked up with an assertion that no piece holds a space, which only that model removes.
                    throw found!.Error($"the pre-tokenizer 'whitespace' belongs to the tokenizer of that name, not to '{model}'");
                }

                int? first = model == "gemma4" || pre is "glm4" or "chatglm-bpe" ? null : 11;
                return new(TokenizerKind.BytePair, first, model == "gemma4" ? null : 11, AddsBos: s_bosFirst.Contains(pre));
            default:
                return new(TokenizerKind.Unknown, null, null);
        }
    }
}
