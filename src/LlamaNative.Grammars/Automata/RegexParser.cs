using System.Text;

namespace LlamaNative.Grammars.Automata;

/// <summary>
/// Parses the regular subset of ECMA-262 regular expressions, the syntax of JSON Schema's pattern: alternatives, groups,
/// quantifiers, classes, anchors and escapes. Lookaround, back references, word boundaries, Unicode properties and inline flags
/// are rejected; captures and lazy quantifiers do not change which strings match.
/// </summary>
internal sealed class RegexParser
{
    private const int MaxLength = 4096;
    private const int MaxNesting = 100;
    private const int MaxCount = 100_000;

    private readonly Rune[] _pattern;
    private int _position;
    private int _nesting;

    private RegexParser(string pattern) => _pattern = [.. pattern.EnumerateRunes()];

    /// <exception cref="PatternException">The pattern is invalid or not supported.</exception>
    public static RegexNode Parse(string pattern)
    {
        if (pattern.Length > MaxLength)
        {
            throw new PatternException($"the pattern has more than {MaxLength} characters");
        }

        RegexParser parser = new(pattern);
        RegexNode node = parser.ParseChoice();
        return parser.AtEnd ? node : throw parser.Error("unmatched )");
    }

    private bool AtEnd => _position == _pattern.Length;

    private int Peek(int ahead = 0) => _position + ahead < _pattern.Length ? _pattern[_position + ahead].Value : -1;

    private bool Take(char expected)
    {
        bool found = Peek() == expected;
        _position += found ? 1 : 0;
        return found;
    }

    private RegexNode ParseChoice()
    {
        List<RegexNode> alternatives = [ParseSequence()];
        while (Take('|'))
        {
            alternatives.Add(ParseSequence());
        }

        return alternatives.Count == 1 ? alternatives[0] : new RegexNode.Choice(alternatives);
    }

    private RegexNode ParseSequence()
    {
        List<RegexNode> parts = [];
        while (Peek() is not (-1 or '|' or ')'))
        {
            RegexNode part = ParseAtom();
            if (TryParseQuantifier(out int minimum, out int? maximum))
            {
                if (part is RegexNode.Start or RegexNode.End)
                {
                    throw Error("an anchor cannot be quantified");
                }

                part = new RegexNode.Repeat(part, minimum, maximum);
            }

            parts.Add(part);
        }

        return parts.Count == 1 ? parts[0] : new RegexNode.Sequence(parts);
    }

    private RegexNode ParseAtom()
    {
        int character = Peek();
        switch (character)
        {
            case '^':
                _position++;
                return new RegexNode.Start();
            case '$':
                _position++;
                return new RegexNode.End();
            case '.':
                _position++;
                return new RegexNode.Characters(RegexClasses.Dot);
            case '(':
                return ParseGroup();
            case '[':
                return new RegexNode.Characters(ParseClass());
            case '\\':
                return new RegexNode.Characters(RegexEscape());
            case '*' or '+' or '?':
                throw Error("the quantifier has nothing to repeat");
            case '{' when TryParseQuantifier(out _, out _):
                throw Error("the quantifier has nothing to repeat");
            default:
                _position++;
                return new RegexNode.Characters(CodePointSet.Of(character, character));
        }
    }

    private RegexNode ParseGroup()
    {
        if (++_nesting > MaxNesting)
        {
            throw Error($"groups are nested deeper than {MaxNesting}");
        }

        _position++;
        if (Take('?') && !Take(':'))
        {
            // The rest is a named group, a lookaround or flags; only a named group is supported.
            if (!Take('<') || Peek() is '=' or '!')
            {
                throw Error("lookaround and inline flags are not supported");
            }

            while (Peek() is not (-1 or '>'))
            {
                _position++;
            }

            _position += AtEnd ? 0 : 1;
        }

        RegexNode body = ParseChoice();
        if (!Take(')'))
        {
            throw Error("missing ) at the end of a group");
        }

        _nesting--;
        return body;
    }

    /// <summary>Parses * + ? {n} {n,} {n,m} and a following ?; braces with other content are literal characters.</summary>
    private bool TryParseQuantifier(out int minimum, out int? maximum)
    {
        (minimum, maximum) = (0, null);
        int start = _position;
        if (Take('*'))
        {
        }
        else if (Take('+'))
        {
            minimum = 1;
        }
        else if (Take('?'))
        {
            maximum = 1;
        }
        else if (!Take('{') || !TryParseCount(out minimum) || !TryParseMaximum(minimum, out maximum) || !Take('}'))
        {
            _position = start;
            return false;
        }

        if (maximum < minimum)
        {
            throw Error($"the quantifier's maximum {maximum} is less than its minimum {minimum}");
        }

        Take('?');
        if (Peek() is '*' or '+' or '?')
        {
            throw Error("the quantifier has nothing to repeat");
        }

        return true;
    }

    private bool TryParseMaximum(int minimum, out int? maximum)
    {
        maximum = minimum;
        if (Take(','))
        {
            maximum = TryParseCount(out int count) ? count : null;
        }

        return true;
    }

    private bool TryParseCount(out int count)
    {
        int start = _position;
        count = 0;
        while (Peek() is >= '0' and <= '9')
        {
            count = (count * 10) + (Peek() - '0');
            if (count > MaxCount)
            {
                throw Error($"a repetition count exceeds {MaxCount}");
            }

            _position++;
        }

        return _position > start;
    }

    private CodePointSet ParseClass()
    {
        _position++;
        bool negated = Take('^');
        List<CodePointSet> members = [];
        while (!Take(']'))
        {
            CodePointSet low = ParseClassMember();
            if (Peek() == '-' && Peek(1) is not (']' or -1))
            {
                _position++;
                CodePointSet high = ParseClassMember();
                if (low.Single is not int first || high.Single is not int last || first > last)
                {
                    throw Error("a range in a character class is out of order or has an endpoint that is not a single character");
                }

                low = CodePointSet.Of(first, last);
            }

            members.Add(low);
        }

        var set = CodePointSet.Union(members);
        return negated ? set.Complement() : set;
    }

    private CodePointSet ParseClassMember()
    {
        if (AtEnd)
        {
            throw Error("missing ] at the end of a character class");
        }

        if (Peek() == '\\')
        {
            return RegexEscape(insideClass: true);
        }

        int character = Peek();
        _position++;
        return CodePointSet.Of(character, character);
    }

    private CodePointSet RegexEscape(bool insideClass = false) => RegexClasses.ParseEscape(_pattern, ref _position, insideClass);

    private PatternException Error(string problem) => new($"{problem} (at character {_position} of the pattern)");
}
