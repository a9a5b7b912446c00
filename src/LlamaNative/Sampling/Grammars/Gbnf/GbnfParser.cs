namespace LlamaNative.Sampling.Grammars.Gbnf;

/// <summary>
/// Parses GBNF into rules by the grammar of llama.cpp's llama_grammar_parser (src/llama-grammar.cpp), quirks included,
/// and refuses where that parser throws, or would loop or exhaust memory.
/// </summary>
internal sealed class GbnfParser
{
    private readonly GbnfScanner _scanner;
    private readonly GbnfRuleTable _table = new();
    private int _nesting;
    private bool _usesTokenText;

    public GbnfParser(string text) => _scanner = new GbnfScanner(text);

    public GbnfRules Parse(string root)
    {
        _scanner.SkipSpace(newlines: true);
        while (!_scanner.AtEnd)
        {
            ParseRule();
        }

        return _table.Build(root, _usesTokenText, _scanner);
    }

    private void ParseRule()
    {
        int start = _scanner.Position;
        string name = _scanner.ReadName();
        int rule = _table.IdOf(name, start);
        _scanner.SkipSpace(newlines: false);
        if (_scanner.Current != ':' || _scanner.Peek(1) != ':' || _scanner.Peek(2) != '=')
        {
            throw _scanner.Error("::= was expected.");
        }

        _scanner.Advance(3);
        _scanner.SkipSpace(newlines: true);
        ParseAlternates(name, rule, nested: false);

        if (!_scanner.AtEnd && _scanner.Current is not ('\r' or '\n'))
        {
            throw _scanner.Error("the end of the line was expected.");
        }

        _scanner.SkipSpace(newlines: true);
    }

    private void ParseAlternates(string name, int rule, bool nested)
    {
        List<GbnfElement> elements = [];
        ParseSequence(name, elements, nested);
        while (_scanner.Current == '|')
        {
            Add(elements, GbnfElementKind.Alternate, 0);
            _scanner.Advance();
            _scanner.SkipSpace(newlines: true);
            ParseSequence(name, elements, nested);
        }

        Add(elements, GbnfElementKind.End, 0);
        _table.Define(rule, elements);
    }

    private void ParseSequence(string name, List<GbnfElement> elements, bool nested)
    {
        GbnfItem item = new(elements.Count, 1);
        while (true)
        {
            int start = elements.Count;
            switch (_scanner.Current)
            {
                case '"':
                    ParseLiteral(elements);
                    item = new GbnfItem(start, 1);
                    break;
                case '[':
                    ParseClass(elements);
                    item = new GbnfItem(start, 1);
                    break;
                case '<' or '!':
                    ParseToken(elements);
                    item = new GbnfItem(start, 1);
                    break;
                case '.':
                    _scanner.Advance();
                    Add(elements, GbnfElementKind.CharAny, 0);
                    item = new GbnfItem(start, 1);
                    break;
                case '(':
                    item = new GbnfItem(start, ParseGroup(name, elements));
                    break;
                case '*' or '+' or '?' or '{':
                    int at = _scanner.Position;
                    (uint minimum, uint? maximum) = ParseCounts(nested);
                    item = Repeat(name, elements, item, minimum, maximum, at);
                    break;
                case char c when GbnfScanner.IsNameCharacter(c):
                    int position = _scanner.Position;
                    Add(elements, GbnfElementKind.RuleReference, (uint)_table.IdOf(_scanner.ReadName(), position));
                    item = new GbnfItem(start, 1);
                    break;
                default:
                    return;
            }

            _scanner.SkipSpace(nested);
        }
    }

    private void ParseLiteral(List<GbnfElement> elements)
    {
        _scanner.Advance();
        while (_scanner.Current != '"')
        {
            Add(elements, GbnfElementKind.Char, _scanner.ReadCharacter());
        }

        _scanner.Advance();
    }

    private void ParseClass(List<GbnfElement> elements)
    {
        _scanner.Advance();
        GbnfElementKind kind = GbnfElementKind.Char;
        if (_scanner.Current == '^')
        {
            _scanner.Advance();
            kind = GbnfElementKind.CharNot;
        }

        while (_scanner.Current != ']')
        {
            Add(elements, kind, _scanner.ReadCharacter());
            kind = GbnfElementKind.CharAlternate;
            if (_scanner.Current == '-' && _scanner.Peek(1) != ']')
            {
                _scanner.Advance();
                Add(elements, GbnfElementKind.CharRangeUpper, _scanner.ReadCharacter());
            }
        }

        _scanner.Advance();
    }

    private void ParseToken(List<GbnfElement> elements)
    {
        int start = _scanner.Position;
        GbnfElementKind kind = GbnfElementKind.Token;
        if (_scanner.Current == '!')
        {
            _scanner.Advance();
            kind = GbnfElementKind.TokenNot;
        }

        if (_scanner.Current != '<')
        {
            throw _scanner.Error("a token in <> was expected after !.");
        }

        _scanner.Advance();
        uint token = 0;
        if (_scanner.Current == '[')
        {
            _scanner.Advance();
            token = _scanner.ReadNumber(int.MaxValue, "a token id");
            if (_scanner.Current != ']' || _scanner.Peek(1) != '>')
            {
                throw _scanner.Error("]> was expected after a token id.");
            }

            _scanner.Advance(2);
        }
        else
        {
            _usesTokenText = true;
            while (_scanner.Current != '>')
            {
                if (_scanner.AtEnd)
                {
                    throw _scanner.Error("a token that begins here has no closing >.", start);
                }

                _scanner.Advance();
            }

            _scanner.Advance();
        }

        Add(elements, kind, token);
    }

    /// <summary>A group becomes a rule of its own. The result is how many rules it brought, which its repetition multiplies.</summary>
    private long ParseGroup(string name, List<GbnfElement> elements)
    {
        if (++_nesting > GbnfLimits.Nesting)
        {
            throw _scanner.Error($"groups are nested deeper than {GbnfLimits.Nesting}.");
        }

        int before = _table.Count;
        _scanner.Advance();
        _scanner.SkipSpace(newlines: true);
        int rule = _table.Synthesize(name);
        ParseAlternates(name, rule, nested: true);
        if (_scanner.Current != ')')
        {
            throw _scanner.Error(") was expected.");
        }

        _scanner.Advance();
        _nesting--;
        Add(elements, GbnfElementKind.RuleReference, (uint)rule);
        return _table.Count - before;
    }

    private (uint Minimum, uint? Maximum) ParseCounts(bool nested)
    {
        char sign = _scanner.Current;
        _scanner.Advance();
        if (sign != '{')
        {
            return sign switch { '*' => (0u, null), '+' => (1u, null), _ => (0u, 1u) };
        }

        _scanner.SkipSpace(nested);
        uint minimum = _scanner.ReadNumber(GbnfLimits.Repetition, "a repetition count");
        uint? maximum = minimum;
        _scanner.SkipSpace(nested);
        if (_scanner.Current == ',')
        {
            _scanner.Advance();
            _scanner.SkipSpace(nested);
            int at = _scanner.Position;

            maximum = char.IsAsciiDigit(_scanner.Current) ? _scanner.ReadNumber(uint.MaxValue - 1, "a repetition count") : null;
            if (maximum > GbnfLimits.Repetition)
            {
                maximum = null; // as llama.cpp does: a maximum this large counts as none
            }
            else if (maximum < minimum)
            {
                throw _scanner.Error($"the repetition ends at {maximum}, below its start {minimum}.", at);
            }

            _scanner.SkipSpace(nested);
        }

        if (_scanner.Current != '}')
        {
            throw _scanner.Error("} was expected after a repetition count.");
        }

        _scanner.Advance();
        return (minimum, maximum);
    }

    /// <summary>
    /// Writes the repetition out as llama.cpp does: S{m,n} is m times S, then a chain of n-m optional rules
    /// S(k) ::= S S(k-1) | ; without a maximum the chain is the one rule S' ::= S S' | .
    /// </summary>
    private GbnfItem Repeat(string name, List<GbnfElement> elements, GbnfItem item, uint minimum, uint? maximum, int at)
    {
        int length = elements.Count - item.Start;
        if (length == 0)
        {
            throw _scanner.Error("nothing stands before the repetition.", at);
        }

        long times = maximum is > 0 ? maximum.Value : Math.Max(minimum, 1);
        if (item.Rules * times >= GbnfLimits.Repetition)
        {
            throw _scanner.Error($"the repetition makes {item.Rules * times} rules, llama.cpp allows fewer than {GbnfLimits.Repetition}.", at);
        }

        List<GbnfElement> once = elements.GetRange(item.Start, length);
        long optional = maximum is null ? 1 : maximum.Value - minimum;
        _table.Reserve((minimum * (long)length) + (optional * (length + 3)), _scanner);

        if (minimum == 0)
        {
            elements.RemoveRange(item.Start, length);
        }

        for (uint i = 1; i < minimum; i++)
        {
            elements.AddRange(once);
        }

        int last = -1;
        for (long i = 0; i < optional; i++)
        {
            int rule = _table.Synthesize(name);
            int tail = maximum is null ? rule : last;
            List<GbnfElement> body = [.. once];
            if (tail >= 0)
            {
                body.Add(new GbnfElement(GbnfElementKind.RuleReference, (uint)tail));
            }

            body.Add(new GbnfElement(GbnfElementKind.Alternate, 0));
            body.Add(new GbnfElement(GbnfElementKind.End, 0));
            _table.Define(rule, body);
            last = rule;
        }

        if (last >= 0)
        {
            Add(elements, GbnfElementKind.RuleReference, (uint)last);
        }

        return new GbnfItem(item.Start, item.Rules * times);
    }

    private void Add(List<GbnfElement> elements, GbnfElementKind kind, uint value)
    {
        _table.Reserve(1, _scanner);
        elements.Add(new GbnfElement(kind, value));
    }

    /// <summary>The item a repetition would repeat: where it starts in its rule, and the rules it stands for.</summary>
    private readonly record struct GbnfItem(int Start, long Rules);
}
