using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;

namespace LlamaNative.Merging.Tokenizers;

/// <summary>The tokens of a model as its file lists them. Texts are their bytes, one character each, so that none are lost.</summary>
internal sealed class ModelVocabulary
{
    public const string TokensKey = "tokenizer.ggml.tokens";
    public const string ScoresKey = "tokenizer.ggml.scores";
    public const string TypesKey = "tokenizer.ggml.token_type";
    public const string MergesKey = "tokenizer.ggml.merges";
    public const string ModelKey = "tokenizer.ggml.model";

    /// <summary>An ordinary token, as the file lists its type.</summary>
    public const int Normal = (int)GgufTokenType.Normal;

    /// <summary>A token added by hand, which is text all the same.</summary>
    public const int UserDefined = (int)GgufTokenType.UserDefined;

    /// <summary>A token that is never made.</summary>
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

    /// <exception cref="MergeException">The file has no vocabulary, or lists of different length.</exception>
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
            : throw new MergeException($"{texts.Length} tokens, {scores?.Length} scores and {types?.Length} types", model.Path);
    }

    /// <summary>A text of a recipe in the form texts have here.</summary>
    public static string Encode(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>The other way round, for messages.</summary>
    public static string Decode(string text) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>A token's number, or -1. Of two with the same text the first counts.</summary>
    public int Find(string text) => _ids.GetValueOrDefault(text, -1);
}
