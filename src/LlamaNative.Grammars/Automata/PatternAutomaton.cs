namespace LlamaNative.Grammars.Automata;

/// <summary>DFA of the strings that match a regular expression, built lazily by subset construction.</summary>
internal sealed class PatternAutomaton : IStringAutomaton
{
    private readonly Nfa _nfa;
    private readonly AutomatonBudget _budget;
    private readonly bool[] _entered;
    private StateNumbers _states = new();
    private List<(int[] Letters, int To)>[] _moves = [];

    public PatternAutomaton(string pattern, AutomatonBudget budget)
    {
        _budget = budget;
        _nfa = new Nfa(RegexParser.Parse(pattern), budget);
        _entered = new bool[_nfa.States.Count];
    }

    public IEnumerable<CodePointSet> Sets => _nfa.States.SelectMany(state => state.Moves).Select(move => move.Set).Distinct();

    public int Start(Alphabet alphabet)
    {
        _states = new StateNumbers();
        _moves = [.. _nfa.States.Select(state => state.Moves.ConvertAll(move => (alphabet.LettersOf(move.Set), move.To)))];

        // The start is a separate state, even if the same set is reached again after a character.
        return _states.Add(Close([_nfa.Start], Nfa.Assertion.AtStart));
    }

    public int Next(int state, int letter)
    {
        List<int> reached = [];
        foreach (int at in _states[state])
        {
            _budget.Spend(1 + _moves[at].Count);
            foreach ((int[] letters, int to) in _moves[at])
            {
                if (Array.BinarySearch(letters, letter) >= 0)
                {
                    reached.Add(to);
                }
            }
        }

        return reached.Count == 0 ? -1 : _states.NumberOf(Close(reached, Nfa.Assertion.None));
    }

    public bool Accepts(int state)
    {
        // In the empty string the end is also the start.
        int[] atEnd = Close([.. _states[state]], state == 0 ? Nfa.Assertion.AtStart : Nfa.Assertion.None, atEnd: true);
        return Array.BinarySearch(atEnd, _nfa.Final) >= 0;
    }

    private int[] Close(List<int> states, Nfa.Assertion holds, bool atEnd = false)
    {
        List<int> closed = [];
        foreach (int state in states)
        {
            Enter(state);
        }

        for (int i = 0; i < closed.Count; i++)
        {
            foreach ((int to, Nfa.Assertion assertion) in _nfa.States[closed[i]].Empty)
            {
                if (assertion == Nfa.Assertion.None || assertion == holds || (atEnd && assertion == Nfa.Assertion.AtEnd))
                {
                    Enter(to);
                }
            }
        }

        foreach (int state in closed)
        {
            _entered[state] = false;
        }

        _budget.Spend(closed.Count);
        closed.Sort();
        return [.. closed];

        void Enter(int state)
        {
            if (!_entered[state])
            {
                _entered[state] = true;
                closed.Add(state);
            }
        }
    }
}
