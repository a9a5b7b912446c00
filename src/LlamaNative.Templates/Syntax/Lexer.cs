namespace LlamaNative.Templates;

/// <summary>
/// Splits a template into text and tags, with Hugging Face's whitespace settings: the line break after a block is removed
/// (trim_blocks), and so is the indentation before it (lstrip_blocks). A minus at the edge of a tag strips all adjacent
/// whitespace, a plus preserves it.
/// </summary>
internal sealed class Lexer
{
    private readonly SourceText _source;
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _position;

    private Lexer(SourceText source)
    {
        _source = source;
        _text = source.Text;
    }

    public static List<Token> Tokenize(SourceText source)
    {
        Lexer lexer = new(source);
        lexer.ReadTemplate();
        return lexer._tokens;
    }

    private void ReadTemplate()
    {
        while (_position < _text.Length)
        {
            int tag = FindTag(_position);
            if (tag < 0)
            {
                AddData(_position, _text.Length);
                break;
            }

            ReadTag(tag);
        }

        _tokens.Add(new Token(TokenKind.End, _text.Length, ""));
    }

    private int FindTag(int from)
    {
        while (true)
        {
            int brace = _text.IndexOf('{', from);
            if (brace < 0 || brace + 1 >= _text.Length)
            {
                return -1;
            }

            if (_text[brace + 1] is '{' or '%' or '#')
            {
                return brace;
            }

            from = brace + 1;
        }
    }

    private void ReadTag(int tag)
    {
        char kind = _text[tag + 1];
        int inside = tag + 2;
        char sign = inside < _text.Length && _text[inside] is '-' or '+' ? _text[inside++] : '\0';
        AddData(_position, StripBefore(_position, tag, sign, isExpression: kind == '{'));
        _position = inside;
        switch (kind)
        {
            case '#':
                SkipComment(tag);
                break;
            case '%' when TryBeginRaw():
                ReadRaw(tag);
                break;
            default:
                bool isExpression = kind == '{';
                _tokens.Add(new Token(isExpression ? TokenKind.ExpressionBegin : TokenKind.BlockBegin, tag, ""));
                _position = new TagLexer(_source, _tokens, isExpression).Read(_position);
                break;
        }
    }

    private void AddData(int start, int end)
    {
        if (end > start)
        {
            _tokens.Add(new Token(TokenKind.Data, start, _text[start..end]));
        }
    }

    /// <summary>The end of the text before a tag after stripping the whitespace that the tag requests.</summary>
    private int StripBefore(int start, int tag, char sign, bool isExpression)
    {
        ReadOnlySpan<char> before = _text.AsSpan(start, tag - start);
        if (sign == '-')
        {
            return start + PythonText.TrimmedEnd(before);
        }

        if (sign == '+' || isExpression)
        {
            return tag;
        }

        int lineStart = before.LastIndexOf('\n') + 1;
        bool startsLine = lineStart > 0 || start == 0 || _text[start - 1] == '\n';
        return startsLine && PythonText.TrimmedEnd(before[lineStart..]) == 0 ? start + lineStart : tag;
    }

    private void SkipComment(int tag)
    {
        int end = _text.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            throw _source.Error("Missing end of comment tag", tag);
        }

        // The sign belongs to the end of the comment, unless it is the sign of its start ("{#-#}").
        char sign = end > _position ? _text[end - 1] : '\0';
        _position = SkipAfter(_text, end + 2, sign);
    }

    /// <summary>The position where text continues after a block or comment that ended with a sign.</summary>
    public static int SkipAfter(string text, int position, char sign)
    {
        if (sign == '-')
        {
            while (position < text.Length && PythonText.IsWhiteSpace(text[position]))
            {
                position++;
            }

            return position;
        }

        return sign != '+' && position < text.Length && text[position] == '\n' ? position + 1 : position;
    }

    private bool TryBeginRaw()
    {
        int i = SkipSpace(_position);
        if (!_text.AsSpan(i).StartsWith("raw"))
        {
            return false;
        }

        i = SkipSpace(i + 3);
        if (_text.AsSpan(i).StartsWith("-%}"))
        {
            _position = SkipSpace(i + 3);
            return true;
        }

        // Unlike other blocks, the start of a raw block keeps the line break after it.
        bool isRaw = _text.AsSpan(i).StartsWith("%}");
        _position = isRaw ? i + 2 : _position;
        return isRaw;
    }

    private void ReadRaw(int tag)
    {
        for (int block = _text.IndexOf("{%", _position, StringComparison.Ordinal); block >= 0; block = _text.IndexOf("{%",
            block + 2, StringComparison.Ordinal))
        {
            int i = block + 2;
            char sign = i < _text.Length && _text[i] is '-' or '+' ? _text[i++] : '\0';
            i = SkipSpace(i);
            if (!_text.AsSpan(i).StartsWith("endraw"))
            {
                continue;
            }

            i = SkipSpace(i + 6);
            char endSign = i < _text.Length && _text[i] is '-' or '+' ? _text[i++] : '\0';
            if (_text.AsSpan(i).StartsWith("%}"))
            {
                AddData(_position, StripBefore(_position, block, sign, isExpression: false));
                _position = SkipAfter(_text, i + 2, endSign);
                return;
            }
        }

        throw _source.Error("Missing end of raw directive", tag);
    }

    private int SkipSpace(int position)
    {
        while (position < _text.Length && PythonText.IsWhiteSpace(_text[position]))
        {
            position++;
        }

        return Math.Min(position, _text.Length);
    }
}
