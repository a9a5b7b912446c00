namespace LlamaNative.Sampling.Grammars.Automata;

/// <summary>The strings in which a regular expression is found, by subset construction, a state when it is first reached.</summary>
internal sealed class PatternAutomaton : IStringAutomaton
{
    private readonly Nfa _nfa;
    private readonly AutomatonBudget _budget;
    private readonly List<int[]> _states = [];
    private readonly Dictionary<string, int> _numbers = [];
    private List<(int[] Letters, int To)>[] _moves = [];

    public PatternAutomaton(string pattern, AutomatonBudget budget)
    {
        _budget = budget;
        _nfa = new Nfa(RegexParser.Parse(pattern), budget);
    }

    public IEnumerable<CodePointSet> Sets => _nfa.States.SelectMany(state => state.Moves).Select(move => move.Set).Distinct();

    public int Start(Alphabet alphabet)
    {
        _states.Clear();
        _numbers.Clear();
        _moves = [.. _nfa.States.Select(state => state.Moves.ConvertAll(move => (alphabet.LettersOf(move.Set), move.To)))];

        // The start is a state of its own, even where the same set is met again after a character.
        _states.Add(Close([_nfa.Start], Nfa.Assertion.AtStart));
        return 0;
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

        return reached.Count == 0 ? -1 : Number(Close(reached, Nfa.Assertion.None));
    }

    public bool Accepts(int state)
    {
        // In the empty string the end is also the start.
        int[] atEnd = Close(_states[state], state == 0 ? Nfa.Assertion.AtStart : Nfa.Assertion.None, atEnd: true);
        return Array.BinarySearch(atEnd, _nfa.Final) >= 0;
    }

    private int[] Close(IEnumerable<int> states, Nfa.Assertion holds, bool atEnd = false)
    {
        SortedSet<int> closed = [.. states];
        Stack<int> work = new(closed);
        while (work.TryPop(out int state))
        {
            foreach ((int to, Nfa.Assertion assertion) in _nfa.States[state].Empty)
            {
                bool passes = assertion == Nfa.Assertion.None || assertion == holds || (atEnd && assertion == Nfa.Assertion.AtEnd);
                if (passes && closed.Add(to))
                {
                    work.Push(to);
                }
            }
        }

        _budget.Spend(closed.Count);
        return [.. closed];
    }

    private int Number(int[] states)
    {
        string key = string.Join(',', states);
        if (!_numbers.TryGetValue(key, out int number))
        {
            number = _states.Count;
            _states.Add(states);
            _numbers.Add(key, number);
        }

        return number;
    }
}
