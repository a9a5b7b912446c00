namespace LlamaNative.Grammars.Automata;

/// <summary>
/// The intersection of several automata as one automaton, in which every state can reach acceptance. State 0 is the start.
/// </summary>
internal sealed class StringLanguage
{
    private const int MaxStates = 10_000;

    private StringLanguage(CodePointSet[] letters, int[][] next, bool[] accepts)
    {
        Letters = letters;
        Next = next;
        Accepts = accepts;
    }

    public CodePointSet[] Letters { get; }

    /// <summary>The transition table by state and letter; -1 means no string continues that way.</summary>
    public int[][] Next { get; }

    public bool[] Accepts { get; }

    /// <summary>The successors of a state, each with the characters that lead to it.</summary>
    public IEnumerable<(int To, CodePointSet Set)> Moves(int state) =>
        Next[state].Select((to, letter) => (to, letter)).Where(move => move.to >= 0)
            .GroupBy(move => move.to, move => Letters[move.letter], (to, sets) => (to, CodePointSet.Union(sets)));

    /// <summary>The intersection, or null if it is empty.</summary>
    /// <exception cref="PatternException">The intersection has too many states.</exception>
    public static StringLanguage? Intersect(IReadOnlyList<IStringAutomaton> automata, AutomatonBudget budget)
    {
        Alphabet alphabet = new(automata.SelectMany(automaton => automaton.Sets), budget);
        StateNumbers tuples = new();
        List<int[]> next = [];

        Number([.. automata.Select(automaton => automaton.Start(alphabet))]);
        for (int state = 0; state < tuples.Count; state++)
        {
            budget.Spend(alphabet.Letters.Length);
            next.Add([.. Enumerable.Range(0, alphabet.Letters.Length).Select(letter => Step(tuples[state], letter))]);
        }

        bool[] accepts = [.. Enumerable.Range(0,
            tuples.Count).Select(state => tuples[state].Index().All(part => automata[part.Index].Accepts(part.Item)))];
        return Trim(alphabet.Letters, next, accepts);

        int Step(int[] tuple, int letter)
        {
            int[] moved = new int[tuple.Length];
            for (int i = 0; i < tuple.Length; i++)
            {
                moved[i] = automata[i].Next(tuple[i], letter);
                if (moved[i] < 0)
                {
                    return -1;
                }
            }

            return Number(moved);
        }

        int Number(int[] tuple) => tuples.Count < MaxStates
            ? tuples.NumberOf(tuple) : throw new PatternException($"the patterns need an automaton of more than {MaxStates} states");
    }

    /// <summary>Whether the language includes a string.</summary>
    public bool Contains(string text)
    {
        int state = 0;
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            state = Next[state][Array.FindIndex(Letters, letter => letter.Contains(rune.Value))];
            if (state < 0)
            {
                return false;
            }
        }

        return Accepts[state];
    }

    /// <summary>Removes states that cannot reach acceptance: a sampler that entered one could never finish.</summary>
    private static StringLanguage? Trim(CodePointSet[] letters, List<int[]> next, bool[] accepts)
    {
        bool[] alive = [.. accepts];
        List<int>[] from = [.. next.Select(_ => new List<int>())];
        for (int state = 0; state < next.Count; state++)
        {
            foreach (int to in next[state].Where(to => to >= 0).Distinct())
            {
                from[to].Add(state);
            }
        }

        Stack<int> work = new(Enumerable.Range(0, next.Count).Where(state => accepts[state]));
        while (work.TryPop(out int state))
        {
            foreach (int earlier in from[state])
            {
                if (!alive[earlier])
                {
                    alive[earlier] = true;
                    work.Push(earlier);
                }
            }
        }

        foreach (int[] row in next)
        {
            for (int letter = 0; letter < row.Length; letter++)
            {
                row[letter] = row[letter] >= 0 && alive[row[letter]] ? row[letter] : -1;
            }
        }

        return alive[0] ? new StringLanguage(letters, [.. next], accepts) : null;
    }
}
