namespace LlamaNative.Gguf;

/// <summary>The tokenizer algorithms of tokenizer.ggml.model.</summary>
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

/// <summary>The defaults for special tokens that llama.cpp uses for a tokenizer when the file does not specify them.</summary>
/// <param name="Kind">The algorithm.</param>
/// <param name="Bos">The default beginning-of-sequence id, or null.</param>
/// <param name="Eos">The default end-of-sequence id, or null.</param>
/// <param name="Separator">The default separator id, or null.</param>
/// <param name="AddsBos">Whether the beginning-of-sequence token is added by default.</param>
/// <param name="AddsEos">Whether the end-of-sequence token is added by default.</param>
internal sealed record TokenizerFamily(TokenizerKind Kind, int? Bos, int? Eos, int? Separator = null,
    bool AddsBos = false, bool AddsEos = false)
{
    private static readonly string[] s_bosFirst =
    [
        "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano",
        "tekken", "chameleon", "gemma4", "granite-embed-multi-311m",
    ];

    /// <summary>Returns the family of a tokenizer model; for BPE it also depends on tokenizer.ggml.pre.</summary>
    /// <exception cref="GgufFormatException">The pre-tokenizer does not match the tokenizer model.</exception>
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
                    // llama.cpp asserts that no piece contains a space when it looks up merges; only this model removes spaces.
                    throw found!.Error($"the pre-tokenizer 'whitespace' requires the tokenizer 'whitespace', not '{model}'");
                }

                int? first = model == "gemma4" || pre is "glm4" or "chatglm-bpe" ? null : 11;
                return new(TokenizerKind.BytePair, first, model == "gemma4" ? null : 11, AddsBos: s_bosFirst.Contains(pre));
            default:
                return new(TokenizerKind.Unknown, null, null);
        }
    }
}
