using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>The automata of a schema's strings, each built once, all within one budget.</summary>
internal sealed class StringLanguages
{
    private readonly Dictionary<string, StringLanguage?> _known = new(StringComparer.Ordinal);
    private readonly AutomatonBudget _budget = new();

    /// <summary>The strings that satisfy the constraints, or null if there are none.</summary>
    /// <exception cref="PatternException">The automaton is too large.</exception>
    public StringLanguage? Of(StringShape shape)
    {
        if (!_known.TryGetValue(shape.Key, out StringLanguage? language))
        {
            bool bounded = shape.Minimum > 0 || shape.Maximum is not null;
            language = StringLanguage.Intersect(
                [.. shape.Patterns.Select(pattern => pattern.ToAutomaton(_budget)),
                    .. bounded ? [new LengthAutomaton(shape.Minimum, shape.Maximum)] : Array.Empty<IStringAutomaton>()],
                _budget);
            _known.Add(shape.Key, language);
        }

        return language;
    }

    /// <summary>Returns the integers that match a pattern and are divisible by every step, or null if there are none.</summary>
    /// <exception cref="PatternException">The automaton is too large.</exception>
    public StringLanguage? Multiples(string pattern, IEnumerable<int> steps) => StringLanguage.Intersect(
        [new PatternAutomaton(pattern, _budget), .. steps.Select(step => new MultipleAutomaton(step))], _budget);

    /// <summary>All strings except the given ones.</summary>
    public StringLanguage? OtherThan(IEnumerable<string> strings) => StringLanguage.Intersect([new OtherThanAutomaton(strings)], _budget);
}
