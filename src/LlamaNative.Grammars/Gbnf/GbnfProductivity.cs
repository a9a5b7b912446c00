namespace LlamaNative.Grammars.Gbnf;

/// <summary>Finds rules without a finite sentence. They are valid in a grammar, but generation would never end.</summary>
internal static class GbnfProductivity
{
    /// <summary>The name of a rule without a finite sentence, or null if every rule has one.</summary>
    public static string? FindEndless(GbnfRules rules)
    {
        // The number of references an alternative still waits for; at zero, its rule has a finite sentence.
        List<(int Rule, int Waiting)> alternatives = [];
        List<int>[] uses = [.. rules.Rules.Select(_ => new List<int>())];
        bool[] finite = new bool[rules.Count];
        Queue<int> found = new();
        for (int rule = 0; rule < rules.Count; rule++)
        {
            int waiting = 0;
            foreach (GbnfElement element in rules.Rules[rule])
            {
                if (element.IsReference)
                {
                    waiting++;
                    uses[element.Value].Add(alternatives.Count);
                }
                else if (element.EndsSequence)
                {
                    alternatives.Add((rule, waiting));
                    if (waiting == 0 && !finite[rule])
                    {
                        finite[rule] = true;
                        found.Enqueue(rule);
                    }

                    waiting = 0;
                }
            }
        }

        while (found.TryDequeue(out int rule))
        {
            foreach (int use in uses[rule])
            {
                (int user, int waiting) = alternatives[use];
                alternatives[use] = (user, waiting - 1);
                if (waiting == 1 && !finite[user])
                {
                    finite[user] = true;
                    found.Enqueue(user);
                }
            }
        }

        int endless = Array.IndexOf(finite, false);
        return endless < 0 ? null : rules.Names[endless];
    }
}
