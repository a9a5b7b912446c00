using System.Text;

namespace LlamaNative.Grammars.Gbnf;

/// <summary>Reads the lexical elements of GBNF: whitespace and comments, names, counts, characters and escapes.</summary>
internal sealed class GbnfScanner
{
    private readonly string _text;

    public GbnfScanner(string text)
    {
        _text = text;
        if (text.Length > GbnfLimits.TextLength)
        {
            throw new GbnfException($"the text has {text.Length} characters; the maximum is {GbnfLimits.TextLength}.");
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
            {
                throw Error("a NUL character would end the text here.", i);
            }

            if (char.IsSurrogate(text[i]) && !(char.IsSurrogatePair(text, i) || (i > 0 && char.IsSurrogatePair(text, i - 1))))
            {
                throw Error("a lone surrogate cannot be encoded as UTF-8.", i);
            }
        }
    }

    public int Position { get; private set; }

    public bool AtEnd => Position == _text.Length;

    /// <summary>The next character, or NUL at the end, like llama.cpp's C string.</summary>
    public char Current => Peek(0);

    public char Peek(int ahead) => Position + ahead < _text.Length ? _text[Position + ahead] : '\0';

    public void Advance(int count = 1) => Position += count;

    /// <summary>Skips blanks and comments, and line breaks where the grammar may continue on the next line.</summary>
    public void SkipSpace(bool newlines)
    {
        while (Current is ' ' or '\t' or '#' || (newlines && Current is '\r' or '\n'))
        {
            if (Current == '#')
            {
                while (!AtEnd && Current is not ('\r' or '\n'))
                {
                    Advance();
                }
            }
            else
            {
                Advance();
            }
        }
    }

    public static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';

    public string ReadName()
    {
        int start = Position;
        while (IsNameCharacter(Current))
        {
            Advance();
        }

        return Position > start ? _text[start..Position] : throw Error("expected a rule name.");
    }

    /// <summary>Reads a decimal number; throws if it exceeds <paramref name="limit"/>.</summary>
    public uint ReadNumber(uint limit, string what)
    {
        int start = Position;
        ulong value = 0;
        while (char.IsAsciiDigit(Current))
        {
            value = Math.Min((value * 10) + (uint)(Current - '0'), (ulong)limit + 1);
            Advance();
        }

        if (Position == start)
        {
            throw Error($"expected {what}.");
        }

        return value <= limit ? (uint)value : throw Error($"{what} must be at most {limit}.", start);
    }

    /// <summary>Reads one code point, literal or as an escape: \x41 \u0041 \U00000041 \t \r \n \\ \" \[ \] \-.</summary>
    public uint ReadCharacter()
    {
        if (AtEnd)
        {
            throw Error("the text ends inside a literal or a character class.");
        }

        if (Current != '\\')
        {
            var rune = Rune.GetRuneAt(_text, Position);
            Advance(rune.Utf16SequenceLength);
            return (uint)rune.Value;
        }

        char escape = Peek(1);
        switch (escape)
        {
            case 'x': return ReadHex(2);
            case 'u': return ReadHex(4);
            case 'U': return ReadHex(8);
        }

        uint value = escape switch
        {
            't' => '\t',
            'r' => '\r',
            'n' => '\n',
            '\\' or '"' or '[' or ']' or '-' => escape,
            _ => throw Error("unknown escape; supported are \\x \\u \\U \\t \\r \\n \\\\ \\\" \\[ \\] \\-."),
        };
        Advance(2);
        return value;
    }

    private uint ReadHex(int digits)
    {
        int start = Position;
        uint value = 0;
        Advance(2);
        for (int i = 0; i < digits; i++, Advance())
        {
            if (!char.IsAsciiHexDigit(Current))
            {
                throw Error($"the escape needs {digits} hexadecimal digits.", start);
            }

            value = (value << 4) | (uint)Uri.FromHex(Current);
        }

        return value;
    }

    public GbnfException Error(string problem) => Error(problem, Position);

    public GbnfException Error(string problem, int position)
    {
        ReadOnlySpan<char> before = _text.AsSpan(0, Math.Min(position, _text.Length));
        return new GbnfException(problem, before.Count('\n') + 1, before.Length - (before.LastIndexOf('\n') + 1) + 1);
    }
}
