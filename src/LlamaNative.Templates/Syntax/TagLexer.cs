using System.Globalization;
using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>Splits the content of <c>{{ ... }}</c> or <c>{% ... %}</c> into tokens.</summary>
internal sealed class TagLexer(SourceText source, List<Token> tokens, bool isExpression)
{
    private readonly string _text = source.Text;
    private readonly Stack<char> _brackets = new();

    /// <summary>
    /// Reads from the end of the tag's opening delimiter and returns the position after its closing delimiter.
    /// </summary>
    public int Read(int position)
    {
        while (true)
        {
            while (position < _text.Length && PythonText.IsWhiteSpace(_text[position]))
            {
                position++;
            }

            if (position >= _text.Length)
            {
                // The parser reports what it expected.
                return position;
            }

            // Inside brackets "}}" closes two dictionaries.
            if (_brackets.Count == 0 && TryEnd(position, out int after))
            {
                return after;
            }

            position = ReadToken(position);
        }
    }

    private bool TryEnd(int position, out int after)
    {
        char sign = _text[position] == '-' || (_text[position] == '+' && !isExpression) ? _text[position] : '\0';
        int end = sign == '\0' ? position : position + 1;
        after = position;
        if (!_text.AsSpan(end).StartsWith(isExpression ? "}}" : "%}"))
        {
            return false;
        }

        tokens.Add(new Token(isExpression ? TokenKind.ExpressionEnd : TokenKind.BlockEnd, position, ""));

        // Only blocks remove the line break after them.
        after = Lexer.SkipAfter(_text, end + 2, isExpression && sign == '\0' ? '+' : sign);
        return true;
    }

    private int ReadToken(int position)
    {
        char c = _text[position];
        if (char.IsAsciiDigit(c))
        {
            return ReadNumber(position);
        }

        if (c is '\'' or '"')
        {
            return ReadString(position, c);
        }

        if (c == '_' || char.IsLetter(c))
        {
            int end = position + 1;
            while (end < _text.Length && (_text[end] == '_' || char.IsLetterOrDigit(_text[end])))
            {
                end++;
            }

            tokens.Add(new Token(TokenKind.Name, position, _text[position..end]));
            return end;
        }

        return ReadOperator(position);
    }

    private int ReadOperator(int position)
    {
        int length = position + 1 < _text.Length && _text.AsSpan(position, 2) is "//" or "**" or "==" or "!=" or ">=" or "<=" ? 2 : 1;
        string text = _text.Substring(position, length);
        if (length == 1 && !"+-/*%~[](){}><=.:|,;".Contains(text[0], StringComparison.Ordinal))
        {
            throw source.Error($"unexpected char '{text}'", position);
        }

        switch (text)
        {
            case "(":
                _brackets.Push(')');
                break;
            case "[":
                _brackets.Push(']');
                break;
            case "{":
                _brackets.Push('}');
                break;
            case ")" or "]" or "}":
                if (!_brackets.TryPop(out char expected))
                {
                    throw source.Error($"unexpected '{text}'", position);
                }

                if (expected != text[0])
                {
                    throw source.Error($"unexpected '{text}', expected '{expected}'", position);
                }

                break;
        }

        tokens.Add(new Token(TokenKind.Operator, position, text));
        return position + length;
    }

    private int ReadString(int position, char quote)
    {
        int end = position + 1;
        while (end < _text.Length && _text[end] != quote)
        {
            end += _text[end] == '\\' ? 2 : 1;
        }

        if (end >= _text.Length)
        {
            throw source.Error("unterminated string", position);
        }

        string body = _text[(position + 1)..end];
        string? value = StringLiteral.Unescape(body);
        tokens.Add(new Token(TokenKind.String, position, value ?? throw source.Error("invalid escape sequence in a string", position)));
        return end + 1;
    }

    private int ReadNumber(int position)
    {
        // "x.0.1" is two subscripts, not a float.
        bool mayBeFloat = position == 0 || _text[position - 1] != '.';
        int end = Digits(position, char.IsAsciiDigit);
        bool isFloat = false;
        if (mayBeFloat)
        {
            int fraction = end < _text.Length && _text[end] == '.' ? Digits(end + 1, char.IsAsciiDigit) : end + 1;
            bool hasFraction = fraction > end + 1;
            int mantissa = hasFraction ? fraction : end;
            int exponent = mantissa + 1;
            exponent += exponent < _text.Length && _text[exponent] is '+' or '-' ? 1 : 0;
            bool hasExponent = mantissa < _text.Length && _text[mantissa] is 'e' or 'E' && Digits(exponent, char.IsAsciiDigit) > exponent;
            isFloat = hasFraction || hasExponent;
            end = hasExponent ? Digits(exponent, char.IsAsciiDigit) : mantissa;
        }

        if (!isFloat)
        {
            return ReadInteger(position, end);
        }

        string text = _text[position..end].Replace("_", "", StringComparison.Ordinal);
        tokens.Add(new Token(TokenKind.Number, position, text, double.Parse(text, CultureInfo.InvariantCulture)));
        return end;
    }

    private int ReadInteger(int position, int decimalEnd)
    {
        char prefix = position + 1 < _text.Length && _text[position] == '0' ? char.ToLowerInvariant(_text[position + 1]) : '\0';
        (int radix, Func<char, bool> isDigit) = prefix switch
        {
            'x' => (16, (Func<char, bool>)char.IsAsciiHexDigit),
            'o' => (8, static c => c is >= '0' and <= '7'),
            'b' => (2, static c => c is '0' or '1'),
            _ => (10, char.IsAsciiDigit),
        };
        int start = radix == 10 ? position : position + 2;
        int end = radix == 10 ? decimalEnd : Digits(start, isDigit);
        if (end == start || end - start > 4300)
        {
            throw source.Error(end == start ? "the number has no digits" : "the number has too many digits", position);
        }

        string digits = _text[start..end].Replace("_", "", StringComparison.Ordinal);
        if (radix == 10 && digits[0] == '0' && digits.Trim('0').Length > 0)
        {
            throw source.Error("an integer literal cannot start with 0", position);
        }

        BigInteger value = 0;
        foreach (char digit in digits)
        {
            value = (value * radix) + Convert.ToInt32(digit.ToString(), 16);
        }

        tokens.Add(new Token(TokenKind.Number, position, digits, value));
        return end;
    }

    /// <summary>The end of a sequence of digits separated by single underscores.</summary>
    private int Digits(int position, Func<char, bool> isDigit)
    {
        int start = position;
        while (position < _text.Length
            && (isDigit(_text[position])
                || (_text[position] == '_' && position > start && isDigit(_text[position - 1]) && position + 1 < _text.Length
                    && isDigit(_text[position + 1]))))
        {
            position++;
        }

        return position;
    }
}
