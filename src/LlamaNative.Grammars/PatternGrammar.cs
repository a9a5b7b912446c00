using LlamaNative.Grammars.Automata;
using LlamaNative.Grammars.Schemas;

namespace LlamaNative.Grammars;

/// <summary>Makes grammars whose sentences are the texts that a regular expression matches.</summary>
public static class PatternGrammar
{
    /// <summary>
    /// Makes the grammar of a regular expression in ECMA-262's notation, as JSON Schema's <c>pattern</c> uses it. As
    /// there, the expression may match anywhere in the text unless <c>^</c> and <c>$</c> anchor it.
    /// </summary>
    /// <remarks>Lookarounds, back references and word boundaries are refused: a finite automaton has none.</remarks>
    /// <exception cref="PatternException">The pattern is invalid, unsupported or too large, or nothing matches it.</exception>
    public static GbnfGrammar FromPattern(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        AutomatonBudget budget = new();
        StringLanguage language = StringLanguage.Intersect([new PatternAutomaton(pattern, budget)], budget)
            ?? throw new PatternException("no text matches the pattern");
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
