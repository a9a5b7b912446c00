namespace LlamaNative.Grammars.Automata;

/// <summary>
/// Limits the total steps for building automata, shared by all strings of a schema: a short pattern can produce a huge
/// automaton, and a schema can have many patterns.
/// </summary>
internal sealed class AutomatonBudget
{
    private long _left = 3_000_000;

    /// <exception cref="PatternException">The budget is exhausted.</exception>
    public void Spend(long steps)
    {
        _left -= steps;
        if (_left < 0)
        {
            throw new PatternException("the patterns are too complex");
        }
    }
}
