using System.Text;
using LlamaNative.Gguf;

namespace LlamaNative.TestSupport;

/// <summary>
/// A vocabulary for <see cref="TinyModelOptions"/>, of each type that llama.cpp supports. Those with all 256 byte tokens can
/// represent any text.
/// </summary>
public sealed partial class TinyVocabulary
{
    private readonly List<string> _tokens = [];
    private readonly List<TokenType> _types = [];
    private readonly List<float> _scores = [];
    private readonly OrderedDictionary<string, GgufValue> _more = [];
    private readonly string _model;

    private TinyVocabulary(string model) => _model = model;

    // llama.cpp's enum llama_token_type, as GGUF files hold it.
    private enum TokenType
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
        Byte = 6,
    }

    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>The id of the token for byte 0; the others follow.</summary>
    public int FirstByte { get; private set; }

    public int Count => IsNone ? 64 : _tokens.Count;

    public bool IsNone => _model == "no_vocab";

    public int this[string token] => _tokens.IndexOf(token) is >= 0 and var id ? id : throw new ArgumentException($"no token '{token}'");

    /// <summary>The byte tokens of a text in UTF-8.</summary>
    public int[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => FirstByte + value)];

    public void AddTo(ModelFile file)
    {
        file.Metadata["tokenizer.ggml.model"] = GgufValue.Of(_model);
        if (IsNone)
        {
            return;
        }

        file.Metadata["tokenizer.ggml.tokens"] = GgufValue.OfStrings(_tokens);
        file.Metadata["tokenizer.ggml.scores"] = GgufValue.OfArray<float>([.. _scores]);
        file.Metadata["tokenizer.ggml.token_type"] = GgufValue.OfArray<int>([.. _types.Select(type => (int)type)]);
        foreach ((string key, GgufValue value) in _more)
        {
            file.Metadata[key] = value;
        }
    }

    private void Add(string token, TokenType type = TokenType.Normal)
    {
        _tokens.Add(token);
        _types.Add(type);
        _scores.Add(type == TokenType.Normal ? -_tokens.Count / 100f : 0);
    }

    private void AddAll(params IEnumerable<string> tokens)
    {
        foreach (string token in tokens)
        {
            Add(token);
        }
    }

    private void AddHexBytes()
    {
        FirstByte = Count;
        for (int value = 0; value < 256; value++)
        {
            Add($"<0x{value:X2}>", TokenType.Byte);
        }
    }

    /// <summary>Adds metadata for a token's role, such as "bos" or "eos".</summary>
    private void Role(string role, string token) => _more[$"tokenizer.ggml.{role}_token_id"] = GgufValue.Of((uint)this[token]);
}
