using LlamaNative.Grammars.Automata;
using LlamaNative.Grammars.Schemas;

namespace LlamaNative.Grammars;

/// <summary>Creates grammars for the texts that a regular expression matches.</summary>
public static class PatternGrammar
{
    /// <summary>
    /// Creates the grammar of a regular expression in ECMA-262 syntax, as in JSON Schema's <c>pattern</c>. The expression may
    /// match anywhere in the text unless it is anchored with <c>^</c> and <c>$</c>.
    /// </summary>
    /// <remarks>Lookaround other than lookaheads at the start (<c>^(?!a)b</c>), back references and word boundaries are rejected, because
    /// a finite automaton cannot express them.</remarks>
    /// <exception cref="PatternException">The pattern is invalid, unsupported or too large, or matches no text.</exception>
    public static GbnfGrammar FromPattern(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        AutomatonBudget budget = new();
        IStringAutomaton[] parts = [.. StringPattern.Split(pattern).Select(part => part.ToAutomaton(budget))];
        StringLanguage language = StringLanguage.Intersect(parts, budget)
            ?? throw new PatternException("the pattern matches no text");
        try
        {
            RuleTable rules = new();
            LanguageRules automaton = new(rules, "\"\"", static set => set.ToGbnf());
            return GbnfGrammar.Parse(rules.Write(() => automaton.Write(language, "text")));
        }
        catch (GbnfException error)
        {
            throw new PatternException($"its grammar is too large for llama.cpp: {error.Message}", error);
        }
    }
}
