using System.Text;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars.Tests;

/// <summary>Generates random sentences of a grammar, which a model could produce.</summary>
internal sealed class GbnfSentences
{
    private const int Enough = 400;

    private readonly GbnfRules _rules;
    private readonly int[] _height;
    private readonly Random _random;

    public GbnfSentences(GbnfGrammar grammar, int seed)
    {
        _rules = grammar.Rules;
        _random = new Random(seed);
        _height = Heights(_rules);
    }

    /// <summary>The next sentence. After a few hundred characters, each choice is the one with the shortest derivation.</summary>
    public string Next()
    {
        StringBuilder text = new();
        Stack<GbnfPosition> stack = new();
        Enter(_rules.Root, stack, shortest: false);
        while (stack.TryPop(out GbnfPosition at))
        {
            GbnfElement element = _rules.At(at);
            if (element.EndsSequence)
            {
                continue;
            }

            if (element.IsReference)
            {
                stack.Push(at.Next);
                Enter((int)element.Value, stack, text.Length > Enough);
                continue;
            }

            List<(uint Low, uint High)> ranges = [];
            GbnfPosition next = at;
            do
            {
                uint low = _rules.At(next).Value;
                next = next.Next;
                uint high = low;
                if (_rules.At(next).Kind == GbnfElementKind.CharRangeUpper)
                {
                    high = _rules.At(next).Value;
                    next = next.Next;
                }

                ranges.Add((low, high));
            }
            while (_rules.At(next).Kind == GbnfElementKind.CharAlternate);

            (uint from, uint to) = ranges[_random.Next(ranges.Count)];
            to = from < 0x7F && _random.Next(4) > 0 ? Math.Min(to, 0x7E) : to;
            text.Append(new Rune((uint)_random.NextInt64(from, (long)to + 1)).ToString());
            stack.Push(next);
        }

        return text.ToString();
    }

    private void Enter(int rule, Stack<GbnfPosition> stack, bool shortest)
    {
        List<int> starts = [.. Starts(_rules.Rules[rule])];
        if (shortest)
        {
            int best = starts.Min(start => HeightOf(_rules.Rules[rule], start, _height));
            starts = [.. starts.Where(start => HeightOf(_rules.Rules[rule], start, _height) == best)];
        }

        stack.Push(new GbnfPosition(rule, starts[_random.Next(starts.Count)]));
    }

    private static IEnumerable<int> Starts(GbnfElement[] rule) =>
        Enumerable.Range(0, rule.Length).Where(i => i == 0 || rule[i - 1].Kind == GbnfElementKind.Alternate);

    private static int HeightOf(GbnfElement[] rule, int start, int[] height)
    {
        int highest = 0;
        for (int i = start; !rule[i].EndsSequence; i++)
        {
            highest = Math.Max(highest, rule[i].IsReference ? height[rule[i].Value] : 0);
        }

        return highest;
    }

    /// <summary>The depth of the shortest derivation of each rule.</summary>
    private static int[] Heights(GbnfRules rules)
    {
        const int Unknown = int.MaxValue / 2;
        int[] height = [.. rules.Rules.Select(_ => Unknown)];
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int rule = rules.Count - 1; rule >= 0; rule--)
            {
                int now = Starts(rules.Rules[rule]).Min(start => HeightOf(rules.Rules[rule], start, height)) + 1;
                if (now < height[rule])
                {
                    height[rule] = now;
                    changed = true;
                }
            }
        }

        return height;
    }
}
