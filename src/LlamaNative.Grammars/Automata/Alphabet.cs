namespace LlamaNative.Grammars.Automata;

/// <summary>
/// Partitions the code points into letters: sets that no input set distinguishes, so that automata can use letter numbers as
/// transitions.
/// </summary>
internal sealed class Alphabet
{
    private readonly Dictionary<CodePointSet, int[]> _lettersOf = [];

    public Alphabet(IEnumerable<CodePointSet> sets, AutomatonBudget budget)
    {
        CodePointSet[] distinct = [.. sets.Distinct()];
        SortedSet<int> cuts = [0, 0xE000];
        foreach ((int low, int high) in distinct.SelectMany(set => set.Ranges))
        {
            cuts.Add(low);
            cuts.Add(high + 1);
        }

        budget.Spend((long)cuts.Count * distinct.Length);
        Dictionary<string, List<CodePointSet>> letters = [];
        int[] starts = [.. cuts, 0x110000];
        char[] signature = new char[distinct.Length];
        for (int i = 0; i + 1 < starts.Length; i++)
        {
            var piece = CodePointSet.Of(starts[i], starts[i + 1] - 1);
            if (piece.IsEmpty)
            {
                continue;
            }

            for (int s = 0; s < distinct.Length; s++)
            {
                signature[s] = distinct[s].Contains(piece.Ranges[0].Low) ? '1' : '0';
            }

            string key = new(signature);
            letters.TryAdd(key, []);
            letters[key].Add(piece);
        }

        Letters = [.. letters.Values.Select(CodePointSet.Union)];
        for (int s = 0; s < distinct.Length; s++)
        {
            _lettersOf[distinct[s]] = [.. letters.Keys.Select((key, letter) => (key, letter))
                .Where(pair => pair.key[s] == '1').Select(pair => pair.letter)];
        }
    }

    public CodePointSet[] Letters { get; }

    /// <summary>The letters that make up one of the input sets.</summary>
    public int[] LettersOf(CodePointSet set) => _lettersOf[set];

    public int LetterOf(int codePoint) => Array.FindIndex(Letters, letter => letter.Contains(codePoint));
}
