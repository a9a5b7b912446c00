using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;

namespace LlamaNative.Merging.Tokenizers;

/// <summary>
/// The tokens of a model in file order. Texts are stored as bytes, one char each, so that invalid UTF-8 is preserved.
/// </summary>
internal sealed class ModelVocabulary
{
    public const string TokensKey = "tokenizer.ggml.tokens";
    public const string ScoresKey = "tokenizer.ggml.scores";
    public const string TypesKey = "tokenizer.ggml.token_type";
    public const string MergesKey = "tokenizer.ggml.merges";
    public const string ModelKey = "tokenizer.ggml.model";

    /// <summary>The token type of ordinary tokens.</summary>
    public const int Normal = (int)GgufTokenType.Normal;

    /// <summary>The token type of user-defined tokens, which are text too.</summary>
    public const int UserDefined = (int)GgufTokenType.UserDefined;

    /// <summary>The token type of unused tokens.</summary>
    public const int Unused = (int)GgufTokenType.Unused;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    private ModelVocabulary(string[] texts, float[]? scores, int[]? types)
    {
        Texts = texts;
        Scores = scores;
        Types = types;
        for (int id = 0; id < texts.Length; id++)
        {
            _ids.TryAdd(texts[id], id);
        }
    }

    public IReadOnlyList<string> Texts { get; }

    public float[]? Scores { get; }

    public int[]? Types { get; }

    public int Count => Texts.Count;

    /// <exception cref="MergeException">The file has no vocabulary, or its lists differ in length.</exception>
    public static ModelVocabulary Of(MergeModel model)
    {
        if (!model.File.Metadata.TryGetValue(TokensKey, out GgufValue? tokens))
        {
            throw new MergeException($"the file has no vocabulary ('{TokensKey}')", model.Path);
        }

        string[] texts = [.. tokens.GetUtf8Strings().Select(Encoding.Latin1.GetString)];
        float[]? scores = model.File.Metadata.TryGetValue(ScoresKey, out GgufValue? value) ? value.GetArray<float>() : null;
        int[]? types = model.File.Metadata.TryGetValue(TypesKey, out value) ? value.GetArray<int>() : null;
        return (scores?.Length ?? texts.Length) == texts.Length && (types?.Length ?? texts.Length) == texts.Length
            ? new ModelVocabulary(texts, scores, types)
            : throw new MergeException(
                $"the vocabulary's lists differ in length: {texts.Length} tokens, {scores?.Length} scores, {types?.Length} types",
                model.Path);
    }

    /// <summary>Converts a recipe's text to the byte form.</summary>
    public static string Encode(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Converts from the byte form, for messages.</summary>
    public static string Decode(string text) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>A token's id, or -1. Of several tokens with the same text, the first one.</summary>
    public int Find(string text) => _ids.GetValueOrDefault(text, -1);
}
