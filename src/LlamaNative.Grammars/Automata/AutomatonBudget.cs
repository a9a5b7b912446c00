namespace LlamaNative.Grammars.Automata;

/// <summary>
/// The steps that building automata may take in all, shared by every string of a schema: a short pattern can stand for
/// a huge automaton, and a schema can hold many patterns.
/// </summary>
internal sealed class AutomatonBudget
{
    private long _left = 3_000_000;

    /// <exception cref="PatternException">The steps are used up.</exception>
    public void Spend(long steps)
    {
        _left -= steps;
        if (_left < 0)
        {
            throw new PatternException("the strings take too much work to describe");
        }
    }
}
