using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Rules for constrained JSON strings. A length alone is a repetition; patterns and formats, with or without a length, become
/// one deterministic automaton.
/// </summary>
internal sealed class StringRules
{
    private const string Quote = "\"\\\"\"";

    private readonly RuleTable _rules;
    private readonly StringLanguages _languages;
    private readonly LanguageRules _automata;

    public StringRules(RuleTable rules, StringLanguages languages)
    {
        _rules = rules;
        _languages = languages;
        _automata = new LanguageRules(rules, Quote, set => JsonStringRules.Character(set, rules));
    }

    /// <summary>The expression of the strings, including quotes, or null if there are none.</summary>
    public string? Write(StringShape shape, string hint)
    {
        if (shape.Minimum > shape.Maximum)
        {
            return null;
        }

        if (shape.Patterns.Count > 0)
        {
            return _languages.Of(shape) is StringLanguage language ? Quoted(language, hint) : null;
        }

        return shape.Minimum == 0 && shape.Maximum is null
            ? _rules.Json("string")
            : $"({Quote} {Repetition.Write(_rules, _rules.Json("character"), shape.Minimum, shape.Maximum)} {Quote})";
    }

    /// <summary>Any string except the given ones.</summary>
    public string? WriteOtherThan(IReadOnlyCollection<string> strings, string hint) =>
        strings.Count == 0 ? _rules.Json("string")
        : _languages.OtherThan(strings) is StringLanguage language ? Quoted(language, hint)
        : null;

    private string Quoted(StringLanguage language, string hint) => $"({Quote} {_automata.Write(language, hint)})";
}
