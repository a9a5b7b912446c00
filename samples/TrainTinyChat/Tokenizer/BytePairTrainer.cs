using System.Text;

namespace TrainTinyChat.Tokenizer;

/// <summary>
/// Learns merges of bytes (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016): the most
/// frequent adjacent pair repeatedly becomes a token. Of pairs with equal counts, the one with lower ids comes first.
/// </summary>
internal sealed class BytePairTrainer
{
    private readonly Dictionary<string, int> _pieces = new(StringComparer.Ordinal);

    public void Add(string text)
    {
        foreach (string piece in PreTokenizer.Split(text))
        {
            _pieces[piece] = _pieces.GetValueOrDefault(piece) + 1;
        }
    }

    public BytePairTokenizer Train(int vocabularySize)
    {
        // Sorted, so that the result does not depend on the order of the texts.
        (int[] Tokens, int Count)[] words = [.. _pieces.OrderBy(piece => piece.Key, StringComparer.Ordinal)
            .Select(
                piece => (Encoding.UTF8.GetBytes(piece.Key).Select(value => value + BytePairTokenizer.FirstByte).ToArray(), piece.Value))];
        var merges = new List<(int Left, int Right)>();
        int room = vocabularySize - BytePairTokenizer.FirstMerge;
        while (merges.Count < room && MostFrequent(words) is { } best)
        {
            int token = BytePairTokenizer.FirstMerge + merges.Count;
            merges.Add(best);
            for (int i = 0; i < words.Length; i++)
            {
                words[i].Tokens = BytePairTokenizer.Merge(words[i].Tokens, best.Left, best.Right, token);
            }
        }

        return new BytePairTokenizer(merges);
    }

    private static (int Left, int Right)? MostFrequent((int[] Tokens, int Count)[] words)
    {
        var counts = new Dictionary<(int, int), long>();
        foreach ((int[] tokens, int count) in words)
        {
            for (int i = 1; i < tokens.Length; i++)
            {
                counts[(tokens[i - 1], tokens[i])] = counts.GetValueOrDefault((tokens[i - 1], tokens[i])) + count;
            }
        }

        return counts.Count == 0 ? null : counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).First().Key;
    }
}
