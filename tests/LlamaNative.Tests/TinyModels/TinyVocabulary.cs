using System.Text;
using LlamaNative.Gguf;

namespace LlamaNative.Tests;

/// <summary>
/// A vocabulary for a <see cref="TinyModel"/>: special tokens, all 256 bytes, so that any text can come out, and a few words.
/// </summary>
internal sealed class TinyVocabulary
{
    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;
    private const int ByteToken = 6;

    private readonly List<string> _tokens = [];
    private readonly List<int> _types = [];
    private readonly List<float> _scores = [];
    private readonly List<(string Key, GgufValue Value)> _more = [];
    private readonly string _model;

    private TinyVocabulary(string model) => _model = model;

    /// <summary>The id of the token for byte 0; the others follow.</summary>
    public int FirstByte { get; private set; }

    public int Count => IsNone ? 64 : _tokens.Count;

    public bool IsNone => _model == "no_vocab";

    public int this[string token] => _tokens.IndexOf(token) is >= 0 and var id ? id : throw new ArgumentException($"no token '{token}'");

    /// <summary>SentencePiece: &lt;unk&gt;, &lt;s&gt;, &lt;/s&gt;, 256 byte tokens, &lt;|eot|&gt;, letters and a few words.</summary>
    public static TinyVocabulary SentencePiece(bool withBytes = true, bool withEos = true, bool addBos = true)
    {
        var v = new TinyVocabulary("llama");
        v.Add("<unk>", Unknown);
        v.Add("<s>", Control);
        v.Add("</s>", Control);
        v.FirstByte = v.Count;
        for (int value = 0; withBytes && value < 256; value++)
        {
            v.Add($"<0x{value:X2}>", ByteToken);
        }

        v.Add("<|eot|>", Control);
        v.Add("<|tool|>", Control);
        v.Add("\u2581", Normal);
        foreach (char letter in "abcdefghijklmnopqrstuvwxyz.!,ABCDEFG")
        {
            v.Add(letter.ToString(), Normal);
        }

        foreach (string word in (string[])["he", "th", "the", "\u2581th", "\u2581the", "ca", "cat", "\u2581ca", "\u2581cat", "st", "sto", "stop", "\u2581st", "\u2581sto", "\u2581stop", "EN", "ab", "abc"])
        {
            v.Add(word, Normal);
        }

        v._more.Add(("tokenizer.ggml.bos_token_id", GgufValue.Of((uint)v["<s>"])));
        v._more.Add(("tokenizer.ggml.unknown_token_id", GgufValue.Of((uint)v["<unk>"])));
        v._more.Add(("tokenizer.ggml.eot_token_id", GgufValue.Of((uint)v["<|eot|>"])));
        v._more.Add(("tokenizer.ggml.add_bos_token", GgufValue.Of(addBos)));
        v._more.Add(("tokenizer.ggml.add_eos_token", GgufValue.Of(false)));
        if (withEos)
        {
            v._more.Add(("tokenizer.ggml.eos_token_id", GgufValue.Of((uint)v["</s>"])));
        }

        return v;
    }

    /// <summary>Byte-level BPE: the 256 bytes as GPT-2 writes them, a few merges, &lt;|end|&gt;.</summary>
    public static TinyVocabulary BytePair(string preTokenizer = "gpt-2", int bytes = 256)
    {
        var v = new TinyVocabulary("gpt2");
        for (int value = 0; value < bytes; value++)
        {
            v.Add(ByteCharacter(value).ToString(), Normal);
        }

        string[] merges = ["t h", "th e", "\u0120 the", "a a", "1 1"];
        foreach (string merge in merges)
        {
            v.Add(merge.Replace(" ", "", StringComparison.Ordinal), Normal);
        }

        v.Add("<|end|>", Control);
        v._more.Add(("tokenizer.ggml.pre", GgufValue.Of(preTokenizer)));
        v._more.Add(("tokenizer.ggml.merges", GgufValue.OfStrings(merges)));
        v._more.Add(("tokenizer.ggml.bos_token_id", GgufValue.Of((uint)v["<|end|>"])));
        v._more.Add(("tokenizer.ggml.eos_token_id", GgufValue.Of((uint)v["<|end|>"])));
        return v;
    }

    /// <summary>None at all: the metadata tell the number of tokens.</summary>
    public static TinyVocabulary None() => new("no_vocab");

    /// <summary>The byte tokens of a text in UTF-8.</summary>
    public int[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => FirstByte + value)];

    public void WriteTo(GgufWriter writer)
    {
        writer.AddMetadata("tokenizer.ggml.model", GgufValue.Of(_model));
        if (IsNone)
        {
            return;
        }

        writer.AddMetadata("tokenizer.ggml.tokens", GgufValue.OfStrings(_tokens));
        writer.AddMetadata("tokenizer.ggml.scores", GgufValue.OfArray<float>([.. _scores]));
        writer.AddMetadata("tokenizer.ggml.token_type", GgufValue.OfArray<int>([.. _types]));
        foreach ((string key, GgufValue value) in _more)
        {
            writer.AddMetadata(key, value);
        }
    }

    private void Add(string token, int type)
    {
        _tokens.Add(token);
        _types.Add(type);
        _scores.Add(type == Normal ? -_tokens.Count / 100f : 0);
    }

    /// <summary>GPT-2's bytes_to_unicode: printable bytes stand for themselves, the others for U+0100 and on.</summary>
    private static char ByteCharacter(int value)
    {
        static bool Printable(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return Printable(value) ? (char)value : (char)(0x100 + Enumerable.Range(0, value).Count(b => !Printable(b)));
    }
}
