namespace LlamaNative.Gguf;

/// <summary>
/// The ids that tokenizing adds around a text. llama.cpp falls back to a default where the file names none or one outside
/// the vocabulary, and asserts, with the first text, that there is one in the end.
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
                    ? new GgufFormatException($"the key is missing, and tokenizing adds that token to every text", key)
                    : value.Error(
                        $"{value} is outside the vocabulary of {tokenCount} tokens, and tokenizing adds that token to every text");
            }
        }
    }
}
