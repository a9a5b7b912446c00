namespace LlamaNative.Gguf;

/// <summary>
/// Validates the special tokens that tokenizing adds to a text. llama.cpp falls back to a default for an id that is missing or outside the
/// vocabulary, and asserts when it tokenizes the first text if there is no default.
/// </summary>
internal static class SpecialTokenCheck
{
    public static void Validate(IReadOnlyDictionary<string, GgufValue> metadata, TokenizerFamily tokenizer, int tokenCount)
    {
        bool wordPiece = tokenizer.Kind == TokenizerKind.WordPiece;
        bool never = tokenizer.Kind is TokenizerKind.Rwkv or TokenizerKind.Plamo2;
        Require("bos", tokenizer.Bos, wordPiece || Flag("tokenizer.ggml.add_bos_token", tokenizer.AddsBos));
        Require("eos", tokenizer.Eos, !wordPiece && Flag("tokenizer.ggml.add_eos_token", tokenizer.AddsEos));
        Require("seperator", tokenizer.Separator, wordPiece);

        bool Flag(string key, bool absent) => metadata.TryGetValue(key, out GgufValue? value) ? value.GetBoolean() : absent;

        void Require(string name, int? fallback, bool added)
        {
            string key = $"tokenizer.ggml.{name}_token_id";
            GgufValue? value = metadata.TryGetValue(key, out GgufValue? found) ? found : null;
            bool valid = value?.GetUInt32() < tokenCount || fallback < tokenCount;
            if (added && !never && !valid)
            {
                throw value is null
                    ? new GgufFormatException($"the key is missing, but tokenizing adds this token to every text", key)
                    : value.Error(
                        $"{value} is outside the vocabulary of {tokenCount} tokens, but tokenizing adds this token to every text");
            }
        }
    }
}
