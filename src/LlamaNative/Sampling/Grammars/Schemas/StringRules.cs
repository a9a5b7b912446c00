using LlamaNative.Sampling.Grammars.Automata;

namespace LlamaNative.Sampling.Grammars.Schemas;

/// <summary>
/// Rules for constrained strings. A length alone is a repetition. Patterns and formats, alone or with a length, become
/// one deterministic automaton whose states are right-recursive rules: however a pattern is written, llama.cpp then
/// follows one path through it.
/// </summary>
internal sealed class StringRules
{
    private const string Quote = "\"\\\"\"";

    private readonly RuleTable _rules;
    private readonly StringLanguages _languages;
    private readonly Dictionary<StringLanguage, int> _written = [];

    public StringRules(RuleTable rules, StringLanguages languages)
    {
        _rules = rules;
        _languages = languages;
    }

    /// <summary>The expression of such strings, quotes included, or null where there are none.</summary>
    public string? Write(StringShape shape, string hint)
    {
        if (shape.Minimum > shape.Maximum)
        {
            return null;
        }

        if (shape.Patterns.Count > 0)
        {
            return _languages.Of(shape) is StringLanguage language ? Write(language, hint) : null;
        }

        return shape.Minimum == 0 && shape.Maximum is null
            ? _rules.Json("string")
            : $"({Quote} {Repetition.Write(_rules, _rules.Json("character"), shape.Minimum, shape.Maximum)} {Quote})";
    }

    /// <summary>Any string but the given ones.</summary>
    public string? WriteOtherThan(IReadOnlyCollection<string> strings, string hint) =>
        strings.Count == 0 ? _rules.Json("string") : _languages.OtherThan(strings) is StringLanguage language ? Write(language, hint) : null;

    private string Write(StringLanguage language, string hint)
    {
        int states = language.Next.Length;
        List<(int To, CodePointSet Set)>[] moves = [.. Enumerable.Range(0, states).Select(state => language.Moves(state).ToList())];
        int[] entries = new int[states];
        foreach ((int to, _) in moves.SelectMany(move => move))
        {
            entries[to]++;
        }

        _written.TryAdd(language, _written.Count);
        string key = $"strings {_written[language]} ";
        return $"({Quote} {Rest(0)})";

        // The text after a state is reached: written in place while there is but one way on, else a rule of its own.
        string Rest(int state)
        {
            List<string> sequence = [];
            while (moves[state].Count == 1 && !language.Accepts[state] && entries[state] <= 1)
            {
                sequence.Add(JsonStringRules.Character(moves[state][0].Set, _rules));
                state = moves[state][0].To;
            }

            sequence.Add(moves[state].Count == 0 ? Quote : _rules.Rule(key + state, hint, () => Alternatives(state)));
            return string.Join(' ', sequence);
        }

        string Alternatives(int state)
        {
            IEnumerable<string> ways = moves[state].Select(move => $"{JsonStringRules.Character(move.Set, _rules)} {Rest(move.To)}");
            return string.Join(" | ", language.Accepts[state] ? ways.Append(Quote) : ways);
        }
    }
}
