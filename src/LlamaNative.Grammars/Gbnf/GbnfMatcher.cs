using System.Text;

namespace LlamaNative.Grammars.Gbnf;

/// <summary>
/// Matches text against a grammar in managed code, with llama.cpp's algorithm: a set of stacks, each with the next expected
/// character on top. Token elements match no character.
/// </summary>
internal sealed class GbnfMatcher
{
    private readonly GbnfRules _rules;
    private readonly int _maxStacks;
    private readonly Dictionary<(int Below, GbnfPosition Top), int> _numbers = [];
    private readonly List<(int Below, GbnfPosition Top)> _stacks = [(-1, default)];
    private HashSet<int> _current = [];

    /// <param name="rules">The grammar.</param>
    /// <param name="maxStacks">Maximum number of simultaneous stacks; an ambiguous grammar can need exponentially many.</param>
    public GbnfMatcher(GbnfRules rules, int maxStacks = 20_000)
    {
        _rules = rules;
        _maxStacks = maxStacks;
        GbnfElement[] root = _rules.Rules[_rules.Root];
        for (int i = 0; i < root.Length; i++)
        {
            if (i == 0 || root[i - 1].Kind == GbnfElementKind.Alternate)
            {
                Expand(Push(Empty, new GbnfPosition(_rules.Root, i)), _current);
            }
        }
    }

    private const int Empty = 0;

    /// <summary>Whether the text so far is a complete sentence of the grammar.</summary>
    public bool IsComplete => _current.Contains(Empty);

    /// <summary>Whether no continuation can match.</summary>
    public bool IsDead => _current.Count == 0;

    /// <summary>Number of current stacks, which determines llama.cpp's work per character.</summary>
    public int StackCount => _current.Count;

    /// <summary>Processes a text; returns false at the first character that the grammar does not allow.</summary>
    public bool Accept(ReadOnlySpan<char> text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!Accept(rune))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Processes the next character; returns false if the grammar does not allow it.</summary>
    public bool Accept(Rune rune)
    {
        HashSet<int> next = [];
        foreach (int stack in _current)
        {
            if (stack != Empty)
            {
                (int below, GbnfPosition top) = _stacks[stack];
                if (TryMatch(top, (uint)rune.Value, out GbnfPosition after))
                {
                    Expand(Push(below, after), next);
                }
            }
        }

        _current = next;
        return !IsDead;
    }

    /// <summary>Pushes a position onto a stack, unless nothing remains there.</summary>
    private int Push(int below, GbnfPosition top)
    {
        if (_rules.At(top).EndsSequence)
        {
            return below;
        }

        if (!_numbers.TryGetValue((below, top), out int number))
        {
            number = _stacks.Count;
            _stacks.Add((below, top));
            _numbers.Add((below, top), number);
        }

        return number;
    }

    private void Expand(int stack, HashSet<int> into)
    {
        HashSet<int> seen = [stack];
        Stack<int> work = new([stack]);
        while (work.TryPop(out int current))
        {
            (int below, GbnfPosition top) = _stacks[current];
            if (current == Empty || !_rules.At(top).IsReference)
            {
                into.Add(current);
                continue;
            }

            int rest = Push(below, top.Next);
            int rule = (int)_rules.At(top).Value;
            GbnfElement[] elements = _rules.Rules[rule];
            for (int i = 0; i < elements.Length; i++)
            {
                if (i == 0 || elements[i - 1].Kind == GbnfElementKind.Alternate)
                {
                    int next = Push(rest, new GbnfPosition(rule, i));
                    if (seen.Add(next))
                    {
                        work.Push(next);
                    }
                }
            }

            if (seen.Count > _maxStacks || into.Count > _maxStacks)
            {
                throw new GbnfException($"the grammar is too ambiguous: matching needs more than {_maxStacks} simultaneous stacks.");
            }
        }
    }

    private bool TryMatch(GbnfPosition top, uint character, out GbnfPosition after)
    {
        GbnfElement first = _rules.At(top);
        bool found = first.Kind == GbnfElementKind.CharAny;
        after = top;
        if (first.Kind is GbnfElementKind.Token or GbnfElementKind.TokenNot)
        {
            return false;
        }

        do
        {
            uint low = _rules.At(after).Value;
            uint high = low;
            after = after.Next;
            if (_rules.At(after).Kind == GbnfElementKind.CharRangeUpper)
            {
                high = _rules.At(after).Value;
                after = after.Next;
            }

            found |= low <= character && character <= high;
        }
        while (_rules.At(after).Kind == GbnfElementKind.CharAlternate);

        return found != (first.Kind == GbnfElementKind.CharNot);
    }
}
