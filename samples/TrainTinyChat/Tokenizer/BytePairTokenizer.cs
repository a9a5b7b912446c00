using System.Text;
using TrainTinyChat.Corpus;

namespace TrainTinyChat.Tokenizer;

/// <summary>
/// Byte-level BPE. Tokens 0 to 2 are ChatML's special tokens, followed by the 256 bytes and one token for each merge.
/// </summary>
internal sealed class BytePairTokenizer
{
    public const int EndOfText = 0;
    public const int TurnStart = 1;
    public const int TurnEnd = 2;
    public const int FirstByte = 3;
    public const int FirstMerge = FirstByte + 256;

    private readonly Dictionary<(int, int), int> _merges = [];
    private readonly List<byte[]> _bytes = [];
    private readonly Dictionary<string, int[]> _cache = new(StringComparer.Ordinal);

    /// <param name="merges">The merges by rank; a pair refers only to earlier tokens.</param>
    public BytePairTokenizer(IReadOnlyList<(int Left, int Right)> merges)
    {
        Merges = merges;
        for (int value = 0; value < 256; value++)
        {
            _bytes.Add([(byte)value]);
        }

        for (int rank = 0; rank < merges.Count; rank++)
        {
            (int left, int right) = merges[rank];
            _merges.Add((left, right), FirstMerge + rank);
            _bytes.Add([.. BytesOf(left), .. BytesOf(right)]);
        }
    }

    public IReadOnlyList<(int Left, int Right)> Merges { get; }

    public int Count => FirstMerge + Merges.Count;

    /// <summary>Token texts by id, in the form that GGUF files use.</summary>
    public IEnumerable<string> TokenTexts =>
        new[] { ChatMl.EndOfText, ChatMl.Start, ChatMl.End }.Concat(_bytes.Select(bytes => ByteAlphabet.Encode(bytes)));

    /// <summary>Merges in the form that GGUF files use: both halves, separated by a space.</summary>
    public IEnumerable<string> MergeTexts =>
        Merges.Select(merge => $"{ByteAlphabet.Encode(BytesOf(merge.Left))} {ByteAlphabet.Encode(BytesOf(merge.Right))}");

    /// <summary>Tokenizes text without special tokens.</summary>
    public void Encode(string text, List<int> tokens)
    {
        foreach (string piece in PreTokenizer.Split(text))
        {
            if (!_cache.TryGetValue(piece, out int[]? encoded))
            {
                encoded = EncodePiece(piece);
                _cache.Add(piece, encoded);
            }

            tokens.AddRange(encoded);
        }
    }

    public string Decode(IEnumerable<int> tokens)
    {
        var bytes = new List<byte>();
        foreach (int token in tokens)
        {
            bytes.AddRange(token switch
            {
                EndOfText => Encoding.UTF8.GetBytes(ChatMl.EndOfText),
                TurnStart => Encoding.UTF8.GetBytes(ChatMl.Start),
                TurnEnd => Encoding.UTF8.GetBytes(ChatMl.End),
                _ => _bytes[token - FirstByte],
            });
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>Replaces each occurrence of a pair by one token, from left to right.</summary>
    public static int[] Merge(int[] tokens, int left, int right, int token)
    {
        int first = -1;
        for (int i = 1; i < tokens.Length && first < 0; i++)
        {
            first = tokens[i - 1] == left && tokens[i] == right ? i - 1 : -1;
        }

        if (first < 0)
        {
            return tokens;
        }

        var merged = new List<int>(tokens.Length - 1);
        for (int i = 0; i < tokens.Length; i++)
        {
            bool pair = i + 1 < tokens.Length && tokens[i] == left && tokens[i + 1] == right;
            merged.Add(pair ? token : tokens[i]);
            i += pair ? 1 : 0;
        }

        return [.. merged];
    }

    private int[] EncodePiece(string piece)
    {
        int[] tokens = [.. Encoding.UTF8.GetBytes(piece).Select(value => value + FirstByte)];
        while (true)
        {
            int best = int.MaxValue;
            for (int i = 1; i < tokens.Length; i++)
            {
                best = Math.Min(best, _merges.GetValueOrDefault((tokens[i - 1], tokens[i]), int.MaxValue));
            }

            if (best == int.MaxValue)
            {
                return tokens;
            }

            (int left, int right) = Merges[best - FirstMerge];
            tokens = Merge(tokens, left, right, best);
        }
    }

    private byte[] BytesOf(int token) => _bytes[token - FirstByte];
}
