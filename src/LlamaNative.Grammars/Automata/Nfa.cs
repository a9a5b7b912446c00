namespace LlamaNative.Grammars.Automata;

/// <summary>
/// Thompson NFA of a regular expression with search semantics, as in JSON Schema's pattern: any text may precede and follow the
/// match unless an anchor forbids it.
/// </summary>
internal sealed class Nfa
{
    private const int MaxStates = 20_000;

    private readonly List<State> _states = [];
    private readonly AutomatonBudget _budget;

    public Nfa(RegexNode pattern, AutomatonBudget budget)
    {
        _budget = budget;
        Start = Add();
        int found = Build(pattern, Start);
        _states[Start].Moves.Add((CodePointSet.All, Start));
        Final = Add();
        _states[found].Empty.Add((Final, Assertion.None));
        _states[Final].Moves.Add((CodePointSet.All, Final));
    }

    public enum Assertion
    {
        None,
        AtStart,
        AtEnd,
    }

    public int Start { get; }

    public int Final { get; }

    public IReadOnlyList<State> States => _states;

    private int Add()
    {
        _budget.Spend(10);
        _states.Add(new State());
        return _states.Count <= MaxStates
            ? _states.Count - 1
            : throw new PatternException($"the pattern needs more than {MaxStates} automaton states");
    }

    private int Link(int from, Assertion assertion = Assertion.None)
    {
        int to = Add();
        _states[from].Empty.Add((to, assertion));
        return to;
    }

    /// <summary>Adds an expression starting at the given state and returns the state after a match.</summary>
    private int Build(RegexNode node, int from)
    {
        switch (node)
        {
            case RegexNode.Characters characters:
                int next = Add();
                _states[from].Moves.Add((characters.Set, next));
                return next;
            case RegexNode.Start:
                return Link(from, Assertion.AtStart);
            case RegexNode.End:
                return Link(from, Assertion.AtEnd);
            case RegexNode.Sequence sequence:
                return sequence.Parts.Aggregate(from, (at, part) => Build(part, at));
            case RegexNode.Choice choice:
                int joined = Add();
                foreach (RegexNode alternative in choice.Alternatives)
                {
                    _states[Build(alternative, Link(from))].Empty.Add((joined, Assertion.None));
                }

                return joined;
            case RegexNode.Repeat repeat:
                return BuildRepeat(repeat, from);
            default:
                throw new InvalidOperationException($"Unknown regular expression node {node.GetType().Name}.");
        }
    }

    private int BuildRepeat(RegexNode.Repeat repeat, int from)
    {
        int at = from;
        for (int i = 0; i < repeat.Minimum; i++)
        {
            at = Build(repeat.Body, at);
            Add(); // an empty body must still consume budget when repeated
        }

        if (repeat.Maximum is null)
        {
            int loop = Link(at);
            _states[Build(repeat.Body, loop)].Empty.Add((loop, Assertion.None));
            return Link(loop);
        }

        int end = Add();
        for (int i = repeat.Minimum; i < repeat.Maximum; i++)
        {
            _states[at].Empty.Add((end, Assertion.None));
            at = Build(repeat.Body, Link(at));
        }

        _states[at].Empty.Add((end, Assertion.None));
        return end;
    }

    /// <summary>The transitions of a state: by character, and empty.</summary>
    internal sealed class State
    {
        public List<(CodePointSet Set, int To)> Moves { get; } = [];

        public List<(int To, Assertion Assertion)> Empty { get; } = [];
    }
}
