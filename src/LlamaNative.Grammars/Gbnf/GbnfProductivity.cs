namespace LlamaNative.Grammars.Gbnf;

/// <summary>Finds rules no text can ever finish. Legal in a grammar, they would keep a generator going for good.</summary>
internal static class GbnfProductivity
{
    /// <summary>The name of a rule that has no finite sentence, or null where all have one.</summary>
    public static string? FindEndless(GbnfRules rules)
    {
        // As many references as an alternative still waits for; at none, its rule has a sentence.
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
