namespace LlamaNative.Grammars.Gbnf;

/// <summary>
/// Refuses parsed rules that llama.cpp refuses as left-recursive, or that it would accept and then never finish
/// expanding, overflow its stack on, or abort on.
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
    /// llama_grammar_detect_left_recursion: a cycle among leftmost rules, where it looks past a rule only if that rule
    /// has an empty alternative of its own. It recurses along such a chain and follows every path anew.
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
                throw Refuse(rules, rule, "is left-recursive: it begins with itself, so it can be expanded without end.");
            }

            calls[rule] = 1;
            foreach (GbnfLeftGraph.Edge edge in graph.Edges[rule])
            {
                calls[rule] = Math.Min(calls[rule] + calls[edge.To], long.MaxValue / 4);
                depth[rule] = Math.Max(depth[rule], depth[edge.To] + 1);
            }

            if (depth[rule] > GbnfLimits.LeftDepth)
            {
                throw Refuse(rules, rule, $"begins a chain of more than {GbnfLimits.LeftDepth} rules that begin with one another.");
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
                throw Refuse(rules, start, "can begin in too many ways.");
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
    /// Left recursion behind rules that are empty only indirectly escapes llama.cpp's search, and its stacks then grow
    /// without end. A cycle after which nothing follows leaves the stack as it was and is harmless.
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
                throw Refuse(rules, rule, "is left-recursive: behind rules that may be empty it begins with itself.");
            }
        }
    }

    /// <summary>A rule that is neither empty nor begins with anything leaves llama.cpp no stack, which it asserts against.</summary>
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
                    throw Refuse(rules, rule, "can never match anything.");
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
                throw Refuse(rules, component[0], $"can begin in more than {GbnfLimits.LeftPaths} ways.");
            }

            foreach (int rule in component)
            {
                paths[rule] = sum;
            }
        }
    }

    private static GbnfException Refuse(GbnfRules rules, int rule, string problem) => new($"the rule '{rules.Names[rule]}' {problem}");
}
