namespace LlamaNative.Grammars.Gbnf;

/// <summary>
/// Parses GBNF into rules exactly as llama.cpp's llama_grammar_parser does (src/llama-grammar.cpp), including its quirks, and
/// rejects input for which that parser throws, loops or exhausts memory.
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
            throw _scanner.Error("expected ::=.");
        }

        _scanner.Advance(3);
        _scanner.SkipSpace(newlines: true);
        ParseAlternates(name, rule, nested: false);

        if (!_scanner.AtEnd && _scanner.Current is not ('\r' or '\n'))
        {
            throw _scanner.Error("expected the end of the line.");
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
                    item = GbnfRepetition.Read(_scanner, nested).Apply(_table, _scanner, name, elements, item);
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
            throw _scanner.Error("expected a token in <> after !.");
        }

        _scanner.Advance();
        uint token = 0;
        if (_scanner.Current == '[')
        {
            _scanner.Advance();
            token = _scanner.ReadNumber(int.MaxValue, "a token id");
            if (_scanner.Current != ']' || _scanner.Peek(1) != '>')
            {
                throw _scanner.Error("expected ]> after a token id.");
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
                    throw _scanner.Error("missing > at the end of this token.", start);
                }

                _scanner.Advance();
            }

            _scanner.Advance();
        }

        Add(elements, kind, token);
    }

    /// <summary>Turns a group into a rule. Returns the number of rules it created, which a repetition multiplies.</summary>
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
            throw _scanner.Error("expected ).");
        }

        _scanner.Advance();
        _nesting--;
        Add(elements, GbnfElementKind.RuleReference, (uint)rule);
        return _table.Count - before;
    }

    private void Add(List<GbnfElement> elements, GbnfElementKind kind, uint value)
    {
        _table.Reserve(1, _scanner);
        elements.Add(new GbnfElement(kind, value));
    }
}
