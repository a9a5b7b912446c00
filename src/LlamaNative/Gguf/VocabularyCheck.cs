using System.Globalization;
using System.Text;

namespace LlamaNative.Gguf;

/// <summary>
/// Validates the vocabulary where llama.cpp (llama_vocab::impl::load in llama-vocab.cpp) would terminate the process because of a token, a
/// missing token or an id, either while loading or later while tokenizing a text.
/// </summary>
internal static class VocabularyCheck
{
    private const string TokensKey = "tokenizer.ggml.tokens";
    private const int MaxTokenBytes = 4096; // the tokenizers recurse once per byte of a token

    public static void Validate(GgufFile file)
    {
        if (!file.Metadata.TryGetValue("tokenizer.ggml.model", out GgufValue? model))
        {
            return; // llama.cpp rejects a model without this key
        }

        var tokenizer = TokenizerFamily.Of(file.Metadata, model.GetString());
        if (tokenizer.Kind is TokenizerKind.None or TokenizerKind.Unknown)
        {
            return;
        }

        GgufValue list = file.Metadata[TokensKey];
        list.ReadTokens(tokens => Validate(file, tokenizer, list, tokens));
    }

    private static void Validate(GgufFile file, TokenizerFamily tokenizer, GgufValue list, TokenTable tokens)
    {
        if (tokens.Count == 0)
        {
            throw list.Error("the vocabulary is empty");
        }

        RequireDistinct(list, tokens);
        SpecialTokenCheck.Validate(file.Metadata, tokenizer, tokens.Count);
        switch (tokenizer.Kind)
        {
            case TokenizerKind.SentencePiece:
                RequireBytes(list, tokens);
                break;
            case TokenizerKind.WordPiece:
                RequireNoByteTokens(file.Metadata);
                break;
            case TokenizerKind.Rwkv:
                RequireFirstBytes(list, tokens);
                break;
            case TokenizerKind.Plamo2:
                RequireShort(list, tokens);
                break;
            case TokenizerKind.Unigram when file.Metadata.TryGetValue("tokenizer.ggml.precompiled_charsmap", out GgufValue? map):
                CharacterMapCheck.Validate(map);
                break;
            default:
                break;
        }
    }

    /// <summary>llama.cpp asserts that token texts are unique. It generates names for empty tokens.</summary>
    private static void RequireDistinct(GgufValue list, TokenTable tokens)
    {
        for (int id = 0; id < tokens.Count; id++)
        {
            ReadOnlySpan<byte> bytes = tokens[id];
            if (bytes.Length > MaxTokenBytes)
            {
                throw list.Error($"token {id} has {bytes.Length} bytes; the maximum is {MaxTokenBytes}");
            }

            if (!tokens.TryAdd(id))
            {
                throw list.Error($"token {id} '{Encoding.UTF8.GetString(bytes)}' is duplicated");
            }
        }
    }

    /// <summary>
    /// Requires a token for every byte: llama.cpp falls back to bytes for unknown text and throws an uncaught exception for a missing byte
    /// token.
    /// </summary>
    private static void RequireBytes(GgufValue list, TokenTable tokens)
    {
        ReadOnlySpan<byte> digits = "0123456789ABCDEF"u8;
        byte[] name = [.. "<0x00>"u8];
        byte[] itself = [0];
        for (int value = 0; value < 256; value++)
        {
            name[3] = digits[value >> 4];
            name[4] = digits[value & 0xF];
            itself[0] = (byte)value;
            if (!tokens.Contains(name) && (value == 0 || !tokens.Contains(itself)))
            {
                throw list.Error($"the vocabulary has no token {Encoding.ASCII.GetString(name)}, which is needed for unknown text");
            }
        }
    }

    /// <summary>Rejects byte tokens in a WordPiece vocabulary, on which llama.cpp aborts.</summary>
    private static void RequireNoByteTokens(IReadOnlyDictionary<string, GgufValue> metadata)
    {
        if (metadata.TryGetValue("tokenizer.ggml.token_type", out GgufValue? types) && types.ElementType == GgufValueType.Int32)
        {
            int id = types.GetArray<int>().AsSpan().IndexOf((int)GgufTokenType.Byte);
            if (id >= 0)
            {
                throw types.Error($"token {id} is a byte token, which is not allowed in a WordPiece vocabulary");
            }
        }
    }

    /// <summary>
    /// The RWKV tokenizer loops forever at a byte that starts a token if no token matches, unless the byte itself is a token.
    /// </summary>
    private static void RequireFirstBytes(GgufValue list, TokenTable tokens)
    {
        var starts = new bool[256];
        var alone = new bool[256];
        for (int id = 0; id < tokens.Count; id++)
        {
            byte[] text = RwkvEscapes.Decode(tokens[id]);
            if (text.Length > 0)
            {
                starts[text[0]] = true;
                alone[text[0]] |= text.Length == 1;
            }
        }

        int missing = Enumerable.Range(0, 256).FirstOrDefault(value => starts[value] && !alone[value], -1);
        if (missing >= 0)
        {
            throw list.Error($"tokens start with byte 0x{missing:X2}, which is not a token itself");
        }
    }

    /// <summary>Limits the table of the PLaMo-2 tokenizer, which has an entry for every prefix of every suffix of every token.</summary>
    private static void RequireShort(GgufValue list, TokenTable tokens)
    {
        const double MaxWork = 1L << 33;
        double work = 0;
        for (int id = 0; id < tokens.Count; id++)
        {
            work += Math.Pow(tokens[id].Length, 3);
        }

        if (work > MaxWork)
        {
            throw list.Error("the tokens are too long for the lookup table of the PLaMo-2 tokenizer");
        }
    }
}
