using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Writes a deterministic automaton as right-recursive rules, one per state, so that llama.cpp follows a single path however
/// the pattern is written.
/// </summary>
/// <param name="rules">The table that rules are added to.</param>
/// <param name="end">The expression after a string, e.g. a closing quote.</param>
/// <param name="character">Writes one character of a set, as one item of a sequence.</param>
/// <param name="kind">Distinguishes the rules from those of other instances with the same table.</param>
internal sealed class LanguageRules(RuleTable rules, string end, Func<CodePointSet, string> character, string kind = "strings")
{
    private readonly Dictionary<StringLanguage, int> _numbers = [];

    /// <summary>The sequence of items that matches the language's strings and the end.</summary>
    public string Write(StringLanguage language, string hint)
    {
        int states = language.Next.Length;
        List<(int To, CodePointSet Set)>[] moves = [.. Enumerable.Range(0, states).Select(state => language.Moves(state).ToList())];
        int[] entries = new int[states];
        foreach ((int to, _) in moves.SelectMany(move => move))
        {
            entries[to]++;
        }

        _numbers.TryAdd(language, _numbers.Count);
        string key = $"{kind} {_numbers[language]} ";
        return Rest(0);

        // The text after a state: inlined while there is only one transition, otherwise a separate rule.
        string Rest(int state)
        {
            List<string> sequence = [];
            while (moves[state].Count == 1 && !language.Accepts[state] && entries[state] <= 1)
            {
                sequence.Add(character(moves[state][0].Set));
                state = moves[state][0].To;
            }

            sequence.Add(moves[state].Count == 0 ? end : rules.Rule(key + state, hint, () => Alternatives(state)));
            return string.Join(' ', sequence);
        }

        string Alternatives(int state)
        {
            IEnumerable<string> ways = moves[state].Select(move => $"{character(move.Set)} {Rest(move.To)}");
            return string.Join(" | ", language.Accepts[state] ? ways.Append(end) : ways);
        }
    }
}
