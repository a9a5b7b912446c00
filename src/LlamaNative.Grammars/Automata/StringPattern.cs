namespace LlamaNative.Grammars.Automata;

/// <summary>A regular expression that strings must match, or must not match.</summary>
internal sealed record StringPattern(string Text, bool Excluded = false)
{
    /// <summary>
    /// Splits off lookaheads at the start: <c>^(?!a)(?=b)c</c> is the strings that match ^c and ^(?:b) and not ^(?:a), which automata can
    /// express. Others stay in the pattern, whose parser rejects them.
    /// </summary>
    public static IReadOnlyList<StringPattern> Split(string pattern)
    {
        List<StringPattern> parts = [];
        int at = 1;
        while (pattern.StartsWith('^') && Starts(pattern, at) && Close(pattern, at) is > 0 and var end)
        {
            parts.Add(new StringPattern($"^(?:{pattern[(at + 3)..end]})", Excluded: pattern[at + 2] == '!'));
            at = end + 1;
        }

        // In ^(?=a)b|c the lookahead belongs to the first alternative only.
        string rest = parts.Count == 0 ? pattern : "^" + pattern[at..];
        return parts.Count == 0 || HasChoice(rest) ? [new StringPattern(pattern)] : [.. parts, new StringPattern(rest)];
    }

    /// <exception cref="PatternException">The pattern is invalid, unsupported or too large.</exception>
    public IStringAutomaton ToAutomaton(AutomatonBudget budget)
    {
        var automaton = new PatternAutomaton(Text, budget);
        return Excluded ? new ComplementAutomaton(automaton) : automaton;
    }

    private static bool Starts(string pattern, int at) =>
        string.CompareOrdinal(pattern, at, "(?!", 0, 3) == 0 || string.CompareOrdinal(pattern, at, "(?=", 0, 3) == 0;

    /// <summary>Returns the index of the parenthesis that closes the one at an index, or -1 if it is never closed.</summary>
    private static int Close(string pattern, int open) => Walk(pattern, open, (character, depth) => character == ')' && depth == 0);

    private static bool HasChoice(string pattern) => Walk(pattern, 0, (character, depth) => character == '|' && depth == 0) >= 0;

    /// <summary>The first character outside of classes and escapes that satisfies the condition, given the open parentheses.</summary>
    private static int Walk(string pattern, int from, Func<char, int, bool> found)
    {
        int depth = 0;
        bool inClass = false;
        for (int i = from; i < pattern.Length; i++)
        {
            char character = pattern[i];
            if (character == '\\')
            {
                i++;
                continue;
            }

            depth += inClass ? 0 : character == '(' ? 1 : character == ')' ? -1 : 0;
            if (!inClass && found(character, depth))
            {
                return i;
            }

            inClass = inClass ? character != ']' : character == '[';
        }

        return -1;
    }
}
