using System.Globalization;
using LlamaNative.Gguf;

namespace LlamaNative.TestSupport;

/// <summary>The kinds of vocabularies.</summary>
public sealed partial class TinyVocabulary
{
    private const string Space = "\u2581"; // SentencePiece's space character
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>SentencePiece (SPM): &lt;unk&gt;, &lt;s&gt;, &lt;/s&gt;, 256 byte tokens, &lt;|eot|&gt;, letters and a few words.</summary>
    public static TinyVocabulary SentencePiece(bool withBytes = true, bool withEos = true, bool addBos = true, int unused = 0)
    {
        var v = new TinyVocabulary("llama");
        v.Add("<unk>", TokenType.Unknown);
        v.Add("<s>", TokenType.Control);
        v.Add("</s>", TokenType.Control);
        v.AddAll(Enumerable.Range(0, unused).Select(id => $"<image{id}>"));
        v.FirstByte = v.Count;
        if (withBytes)
        {
            v.AddHexBytes();
        }

        v.Add("<|eot|>", TokenType.Control);
        v.Add("<|tool|>", TokenType.Control);
        v.Add(Space);
        v.AddAll((Letters + ".!,ABCDEFG").Select(letter => letter.ToString()));
        v.AddAll("he", "th", "the", "\u2581th", "\u2581the", "ca", "cat", "\u2581ca", "\u2581cat");
        v.AddAll("st", "sto", "stop", "\u2581st", "\u2581sto", "\u2581stop", "EN", "ab", "abc");
        v.Role("bos", "<s>");
        v.Role("unknown", "<unk>");
        v.Role("eot", "<|eot|>");
        v._more["tokenizer.ggml.add_bos_token"] = GgufValue.Of(addBos);
        v._more["tokenizer.ggml.add_eos_token"] = GgufValue.Of(false);
        if (withEos)
        {
            v.Role("eos", "</s>");
        }

        return v;
    }

    /// <summary>Byte-level BPE: the 256 bytes as GPT-2 writes them, a few merges, &lt;|end|&gt;.</summary>
    public static TinyVocabulary BytePair(string preTokenizer = "gpt-2", int bytes = 256)
    {
        var v = new TinyVocabulary("gpt2");
        v.AddAll(Enumerable.Range(0, bytes).Select(value => ByteCharacter(value).ToString()));
        string[] merges = ["t h", "th e", "\u0120 the", "a a", "1 1"];
        v.AddAll(merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)));
        v.Add("<|end|>", TokenType.Control);
        v._more["tokenizer.ggml.pre"] = GgufValue.Of(preTokenizer);
        v._more["tokenizer.ggml.merges"] = GgufValue.OfStrings(merges);
        v.Role("bos", "<|end|>");
        v.Role("eos", "<|end|>");
        return v;
    }

    /// <summary>BERT's WordPiece (WPM): a few words and their continuations.</summary>
    public static TinyVocabulary WordPiece()
    {
        var v = new TinyVocabulary("bert");
        v.Add("[PAD]", TokenType.Control);
        v.Add("[UNK]", TokenType.Unknown);
        v.Add("[CLS]", TokenType.Control);
        v.Add("[SEP]", TokenType.Control);
        v.Add("[MASK]", TokenType.Control);
        v.AddAll("\u2581the", "\u2581cat", "\u2581dog", "\u2581sat", "\u2581on", "\u2581a", "\u2581mat", "s", "ing");
        v._more["tokenizer.ggml.token_type_count"] = GgufValue.Of(2u);
        v.Role("padding", "[PAD]");
        v.Role("unknown", "[UNK]");
        v.Role("cls", "[CLS]");
        v.Role("bos", "[CLS]");
        v.Role("seperator", "[SEP]"); // as GGUF spells it
        v.Role("mask", "[MASK]");
        return v;
    }

    /// <summary>T5's unigram model (UGM): the most probable division into letters and words, by their scores.</summary>
    public static TinyVocabulary Unigram()
    {
        var v = new TinyVocabulary("t5");
        v.Add("<pad>", TokenType.Control);
        v.Add("</s>", TokenType.Control);
        v.Add("<unk>", TokenType.Unknown);
        v.Add("<extra_id_0>", TokenType.UserDefined);
        v.Add(Space);
        v.AddAll((Letters + ".!,").Select(letter => letter.ToString()));
        v.AddAll("\u2581the", "\u2581cat", "cat", "at", "th", "he", "\u2581s", "top", "\u2581stop", "stopp", "ing");
        v.Role("padding", "<pad>");
        v.Role("eos", "</s>");
        v.Role("unknown", "<unk>");
        v._more["tokenizer.ggml.add_bos_token"] = GgufValue.Of(false);
        v._more["tokenizer.ggml.add_eos_token"] = GgufValue.Of(true);
        v._more["tokenizer.ggml.add_space_prefix"] = GgufValue.Of(true);
        v._more["tokenizer.ggml.remove_extra_whitespaces"] = GgufValue.Of(true);
        return v;
    }

    /// <summary>RWKV's World tokenizer: the longest match among bytes and words, written with escapes.</summary>
    public static TinyVocabulary Rwkv()
    {
        var v = new TinyVocabulary("rwkv");
        v.Add("<s>", TokenType.Control);
        v.FirstByte = v.Count;
        v.AddAll(Enumerable.Range(0, 256).Select(value => @"\x" + value.ToString("x2", CultureInfo.InvariantCulture)));
        v.AddAll("the", " the", " cat", "cat", " c", @"\n\n", @"\t", "ing", @"caf\xc3\xa9", @"\xe6\x97\xa5", @"\\\\");
        return v;
    }

    /// <summary>These tokens, all of them plain unless types are given, scored 0, -1 and so on; not meant to tokenize with.</summary>
    public static TinyVocabulary Of(IEnumerable<string> tokens, IEnumerable<int>? types = null, string model = "llama")
    {
        var v = new TinyVocabulary(model);
        v.AddAll(tokens);
        v._scores.Clear();
        v._scores.AddRange(v._tokens.Select((_, id) => -(float)id));
        if (types is not null)
        {
            v._types.Clear();
            v._types.AddRange(types.Select(type => (TokenType)type));
        }

        return v;
    }

    /// <summary>The same with unused tokens at the end, as architectures that give certain ids a meaning need them.</summary>
    public TinyVocabulary Padded(int count)
    {
        AddAll(Enumerable.Range(Count, count - Count).Select(id => $"<unused{id}>"));
        return this;
    }

    /// <summary>No vocabulary: the metadata gives only the number of tokens.</summary>
    public static TinyVocabulary None() => new("no_vocab");

    /// <summary>GPT-2's bytes_to_unicode: printable bytes map to themselves, the others to characters from U+0100.</summary>
    private static char ByteCharacter(int value)
    {
        static bool Printable(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return Printable(value) ? (char)value : (char)(0x100 + Enumerable.Range(0, value).Count(b => !Printable(b)));
    }
}
