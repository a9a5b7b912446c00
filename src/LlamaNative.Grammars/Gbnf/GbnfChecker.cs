namespace LlamaNative.Grammars.Gbnf;

/// <summary>
/// Rejects parsed rules that llama.cpp rejects as left-recursive, or whose expansion would not terminate, overflow the stack or
/// abort.
/// </summary>
internal static class GbnfChecker
{
    public static void Check(GbnfRules rules)
    {
        RefuseWhatNativeCallsLeftRecursive(rules);

        GbnfLeftGraph graph = new(rules, GbnfLeftGraph.Nullable(rules));
        RefuseGrowth(rules, graph);
        RefuseDeadEnds(rules, graph);
        RefuseTooManyPaths(rules, graph);
    }

    /// <summary>
    /// Mirrors llama_grammar_detect_left_recursion: finds a cycle among leftmost rules, looking past a rule only if it has an
    /// empty alternative of its own. llama.cpp recurses along such a chain and follows every path again.
    /// </summary>
    private static void RefuseWhatNativeCallsLeftRecursive(GbnfRules rules)
    {
        GbnfLeftGraph graph = new(rules, GbnfLeftGraph.PlainlyEmpty(rules));
        long[] calls = new long[rules.Count];
        int[] depth = new int[rules.Count];
        foreach (int[] component in graph.Components)
        {
            int rule = component[0];
            if (component.Length > 1 || graph.Edges[rule].Any(edge => edge.To == rule))
            {
                throw Refuse(rules, rule, "is left-recursive: it begins with itself, so its expansion does not end.");
            }

            calls[rule] = 1;
            foreach (GbnfLeftGraph.Edge edge in graph.Edges[rule])
            {
                calls[rule] = Math.Min(calls[rule] + calls[edge.To], long.MaxValue / 4);
                depth[rule] = Math.Max(depth[rule], depth[edge.To] + 1);
            }

            if (depth[rule] > GbnfLimits.LeftDepth)
            {
                throw Refuse(rules, rule, $"starts a chain of more than {GbnfLimits.LeftDepth} leftmost rule references.");
            }
        }

        long all = 0;
        bool[] visited = new bool[rules.Count];
        Stack<int> work = new();
        for (int start = 0; start < rules.Count; start++)
        {
            if (visited[start])
            {
                continue;
            }

            all += calls[start];
            if (all > GbnfLimits.LeftPathsInAll)
            {
                throw Refuse(rules, start, "can begin in too many ways; simplify its alternatives.");
            }

            visited[start] = true;
            work.Push(start);
            while (work.TryPop(out int rule))
            {
                foreach (GbnfLeftGraph.Edge edge in graph.Edges[rule])
                {
                    if (!visited[edge.To])
                    {
                        visited[edge.To] = true;
                        work.Push(edge.To);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Left recursion after indirectly empty rules is not found by llama.cpp's search, and its stacks then grow without bound.
    /// A cycle that nothing follows leaves the stack unchanged and is harmless.
    /// </summary>
    private static void RefuseGrowth(GbnfRules rules, GbnfLeftGraph graph)
    {
        int[] componentOf = new int[rules.Count];
        for (int i = 0; i < graph.Components.Count; i++)
        {
            foreach (int rule in graph.Components[i])
            {
                componentOf[rule] = i;
            }
        }

        for (int rule = 0; rule < rules.Count; rule++)
        {
            if (graph.Edges[rule].Any(edge => edge.MoreFollows && componentOf[edge.To] == componentOf[rule]))
            {
                throw Refuse(rules, rule, "is left-recursive: after rules that may be empty, it begins with itself.");
            }
        }
    }

    /// <summary>
    /// A rule that is neither empty nor begins with a terminal leaves llama.cpp without a stack, which fails an assertion.
    /// </summary>
    private static void RefuseDeadEnds(GbnfRules rules, GbnfLeftGraph graph)
    {
        bool[] nullable = GbnfLeftGraph.Nullable(rules);
        bool[] begins = new bool[rules.Count];
        foreach (int[] component in graph.Components)
        {
            bool any = component.Any(rule => graph.BeginsWithTerminal[rule] || graph.Edges[rule].Any(edge => begins[edge.To]));
            foreach (int rule in component)
            {
                begins[rule] = any;
                if (!any && !nullable[rule])
                {
                    throw Refuse(rules, rule, "cannot match any text.");
                }
            }
        }
    }

    private static void RefuseTooManyPaths(GbnfRules rules, GbnfLeftGraph graph)
    {
        long[] paths = new long[rules.Count];
        foreach (int[] component in graph.Components)
        {
            long sum = component.Length;
            foreach (int rule in component)
            {
                foreach (GbnfLeftGraph.Edge edge in graph.Edges[rule])
                {
                    sum = Math.Min(sum + paths[edge.To], long.MaxValue / 4);
                }
            }

            if (sum > GbnfLimits.LeftPaths)
            {
                throw Refuse(rules, component[0], $"can begin in more than {GbnfLimits.LeftPaths} ways; simplify its alternatives.");
            }

            foreach (int rule in component)
            {
                paths[rule] = sum;
            }
        }
    }

    private static GbnfException Refuse(GbnfRules rules, int rule, string problem) => new($"the rule '{rules.Names[rule]}' {problem}");
}
