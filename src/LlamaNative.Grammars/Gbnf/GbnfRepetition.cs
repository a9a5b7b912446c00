namespace LlamaNative.Grammars.Gbnf;

/// <summary>The item that a repetition applies to: its start within the rule, and its number of rules.</summary>
internal readonly record struct GbnfItem(int Start, long Rules);

/// <summary>One of * + ? {m} {m,} {m,n}: its bounds and its position in the text.</summary>
internal readonly record struct GbnfRepetition(uint Minimum, uint? Maximum, int Position)
{
    public static GbnfRepetition Read(GbnfScanner scanner, bool nested)
    {
        int start = scanner.Position;
        char sign = scanner.Current;
        scanner.Advance();
        if (sign != '{')
        {
            return sign switch { '*' => new(0, null, start), '+' => new(1, null, start), _ => new(0, 1, start) };
        }

        scanner.SkipSpace(nested);
        uint minimum = scanner.ReadNumber(GbnfLimits.Repetition, "a repetition count");
        uint? maximum = minimum;
        scanner.SkipSpace(nested);
        if (scanner.Current == ',')
        {
            scanner.Advance();
            scanner.SkipSpace(nested);
            int at = scanner.Position;
            maximum = char.IsAsciiDigit(scanner.Current) ? scanner.ReadNumber(uint.MaxValue - 1, "a repetition count") : null;
            if (maximum > GbnfLimits.Repetition)
            {
                maximum = null; // like llama.cpp: a maximum this large means no maximum
            }
            else if (maximum < minimum)
            {
                throw scanner.Error($"the repetition's maximum {maximum} is less than its minimum {minimum}.", at);
            }

            scanner.SkipSpace(nested);
        }

        if (scanner.Current != '}')
        {
            throw scanner.Error("expected } after a repetition count.");
        }

        scanner.Advance();
        return new GbnfRepetition(minimum, maximum, start);
    }

    /// <summary>
    /// Expands the repetition as llama.cpp does: S{m,n} is m times S, followed by a chain of n-m optional rules S(k) ::= S
    /// S(k-1) | ; without a maximum the chain is the single rule S' ::= S S' | .
    /// </summary>
    public GbnfItem Apply(GbnfRuleTable table, GbnfScanner scanner, string name, List<GbnfElement> elements, GbnfItem item)
    {
        int length = elements.Count - item.Start;
        if (length == 0)
        {
            throw scanner.Error("the repetition has nothing to repeat.", Position);
        }

        long times = Maximum is > 0 ? Maximum.Value : Math.Max(Minimum, 1);
        if (item.Rules * times >= GbnfLimits.Repetition)
        {
            throw scanner.Error($"the repetition creates {item.Rules * times} rules; llama.cpp allows fewer than {GbnfLimits.Repetition}.",
                Position);
        }

        List<GbnfElement> once = elements.GetRange(item.Start, length);
        long optional = Maximum is null ? 1 : Maximum.Value - Minimum;
        table.Reserve((Minimum * (long)length) + (optional * (length + 3)) + 1, scanner);

        if (Minimum == 0)
        {
            elements.RemoveRange(item.Start, length);
        }

        for (uint i = 1; i < Minimum; i++)
        {
            elements.AddRange(once);
        }

        int last = -1;
        for (long i = 0; i < optional; i++)
        {
            int rule = table.Synthesize(name);
            int tail = Maximum is null ? rule : last;
            List<GbnfElement> body = [.. once];
            if (tail >= 0)
            {
                body.Add(new GbnfElement(GbnfElementKind.RuleReference, (uint)tail));
            }

            body.Add(new GbnfElement(GbnfElementKind.Alternate, 0));
            body.Add(new GbnfElement(GbnfElementKind.End, 0));
            table.Define(rule, body);
            last = rule;
        }

        if (last >= 0)
        {
            elements.Add(new GbnfElement(GbnfElementKind.RuleReference, (uint)last));
        }

        return new GbnfItem(item.Start, item.Rules * times);
    }
}
