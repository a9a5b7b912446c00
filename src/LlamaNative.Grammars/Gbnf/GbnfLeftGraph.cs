namespace LlamaNative.Grammars.Gbnf;

/// <summary>
/// The leftmost-reference graph: an edge r → s means that an alternative of r reaches s before any character, and records
/// whether elements follow s there.
/// </summary>
internal sealed class GbnfLeftGraph
{
    private readonly GbnfRules _rules;
    private readonly bool[] _nullable;

    /// <param name="rules">The rules.</param>
    /// <param name="nullable">Rules that can match the empty text, so that the next element is leftmost too.</param>
    public GbnfLeftGraph(GbnfRules rules, bool[] nullable)
    {
        _rules = rules;
        _nullable = nullable;
        Edges = new Edge[rules.Count][];
        BeginsWithTerminal = new bool[rules.Count];
        for (int rule = 0; rule < rules.Count; rule++)
        {
            Edges[rule] = EdgesOf(rule);
        }

        Components = ComponentsOf(Edges);
    }

    public Edge[][] Edges { get; }

    /// <summary>Rules with an alternative that begins with a character or token.</summary>
    public bool[] BeginsWithTerminal { get; }

    /// <summary>The strongly connected components in reverse topological order.</summary>
    public List<int[]> Components { get; }

    /// <summary>Rules that can match the empty text, directly or indirectly.</summary>
    public static bool[] Nullable(GbnfRules rules)
    {
        // Only an alternative consisting of references can be empty: when as many of its references are nullable as it has.
        bool[] nullable = new bool[rules.Count];
        List<(int Rule, int Left)> alternatives = [];
        List<int>[] uses = new List<int>[rules.Count];
        Queue<int> found = new();
        for (int rule = 0; rule < rules.Count; rule++)
        {
            GbnfElement[] elements = rules.Rules[rule];
            for (int start = 0; start < elements.Length; start++)
            {
                int end = start;
                while (elements[end].IsReference)
                {
                    end++;
                }

                if (elements[end].EndsSequence)
                {
                    alternatives.Add((rule, end - start));
                    foreach (GbnfElement element in elements.AsSpan(start, end - start))
                    {
                        (uses[element.Value] ??= []).Add(alternatives.Count - 1);
                    }

                    if (end == start && !nullable[rule])
                    {
                        nullable[rule] = true;
                        found.Enqueue(rule);
                    }
                }

                while (!elements[end].EndsSequence)
                {
                    end++;
                }

                start = end;
            }
        }

        while (found.TryDequeue(out int rule))
        {
            foreach (int use in uses[rule] ?? [])
            {
                (int user, int left) = alternatives[use];
                alternatives[use] = (user, left - 1);
                if (left == 1 && !nullable[user])
                {
                    nullable[user] = true;
                    found.Enqueue(user);
                }
            }
        }

        return nullable;
    }

    /// <summary>
    /// Rules that llama.cpp considers empty: those with an alternative without elements. It does not look further.
    /// </summary>
    public static bool[] PlainlyEmpty(GbnfRules rules) =>
        [.. rules.Rules.Select(
            rule => rule.Select((element, i) => element.EndsSequence && (i == 0 || rule[i - 1].EndsSequence)).Any(empty => empty))];

    private Edge[] EdgesOf(int rule)
    {
        List<Edge> edges = [];
        bool atLeft = true;
        GbnfElement[] elements = _rules.Rules[rule];
        for (int i = 0; i < elements.Length; i++)
        {
            GbnfElement element = elements[i];
            if (element.EndsSequence)
            {
                atLeft = true;
            }
            else if (atLeft && element.IsReference)
            {
                edges.Add(new Edge((int)element.Value, !elements[i + 1].EndsSequence));
                atLeft = _nullable[element.Value];
            }
            else
            {
                BeginsWithTerminal[rule] |= atLeft;
                atLeft = false;
            }
        }

        return [.. edges];
    }

    /// <summary>Tarjan's algorithm without recursion, because a chain of rules may be as long as the grammar.</summary>
    private static List<int[]> ComponentsOf(Edge[][] edges)
    {
        List<int[]> components = [];
        int[] order = new int[edges.Length];
        int[] low = new int[edges.Length];
        bool[] open = new bool[edges.Length];
        Stack<int> path = new();
        Stack<(int Rule, int Edge)> work = new();
        int visited = 0;
        for (int start = 0; start < edges.Length; start++)
        {
            if (order[start] == 0)
            {
                work.Push((start, 0));
            }

            while (work.TryPop(out (int Rule, int Edge) at))
            {
                int rule = at.Rule;
                if (at.Edge == 0)
                {
                    order[rule] = low[rule] = ++visited;
                    open[rule] = true;
                    path.Push(rule);
                }
                else
                {
                    low[rule] = Math.Min(low[rule], low[edges[rule][at.Edge - 1].To]);
                }

                int next = at.Edge;
                while (next < edges[rule].Length && order[edges[rule][next].To] != 0)
                {
                    int to = edges[rule][next++].To;
                    low[rule] = open[to] ? Math.Min(low[rule], order[to]) : low[rule];
                }

                if (next < edges[rule].Length)
                {
                    work.Push((rule, next + 1));
                    work.Push((edges[rule][next].To, 0));
                }
                else if (low[rule] == order[rule])
                {
                    List<int> component = [];
                    int member;
                    do
                    {
                        member = path.Pop();
                        open[member] = false;
                        low[member] = int.MaxValue;
                        component.Add(member);
                    }
                    while (member != rule);

                    components.Add([.. component]);
                }
            }
        }

        return components;
    }

    /// <summary>A leftmost reference to a rule, and whether more elements follow it.</summary>
    internal readonly record struct Edge(int To, bool MoreFollows);
}
