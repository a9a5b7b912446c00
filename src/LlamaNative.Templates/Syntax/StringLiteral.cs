using System.Globalization;
using System.Text;

namespace LlamaNative.Templates;

/// <summary>Python's escape sequences in a string literal; unknown ones are kept verbatim.</summary>
internal static class StringLiteral
{
    /// <summary>The unescaped text, or null if a \x, \u, \U or \N sequence is invalid.</summary>
    public static string? Unescape(string literal)
    {
        if (!literal.Contains('\\', StringComparison.Ordinal))
        {
            return literal;
        }

        StringBuilder text = new(literal.Length);
        for (int i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\' || i + 1 == literal.Length)
            {
                text.Append(literal[i]);
                continue;
            }

            char c = literal[++i];
            switch (c)
            {
                case '\n':
                    break;
                case 'x' or 'u' or 'U':
                    int length = c switch { 'x' => 2, 'u' => 4, _ => 8 };
                    if (i + length >= literal.Length
                        || !uint.TryParse(literal.AsSpan(i + 1, length), NumberStyles.AllowHexSpecifier,
                            CultureInfo.InvariantCulture, out uint code)
                        || code > 0x10FFFF)
                    {
                        return null;
                    }

                    AppendCode(text, (int)code);
                    i += length;
                    break;
                case >= '0' and <= '7':
                    int octal = 0;
                    int end = Math.Min(i + 3, literal.Length);
                    while (i < end && literal[i] is >= '0' and <= '7')
                    {
                        octal = (octal * 8) + (literal[i++] - '0');
                    }

                    i--;
                    text.Append((char)octal);
                    break;
                case 'N':
                    // \N{name} would need Unicode's character names.
                    return null;
                default:
                    int simple = "\\'\"abfnrtv".IndexOf(c, StringComparison.Ordinal);
                    text.Append(simple < 0 ? "\\" + c : "\\'\"\a\b\f\n\r\t\v"[simple].ToString());
                    break;
            }
        }

        return text.ToString();
    }

    private static void AppendCode(StringBuilder text, int code)
    {
        if (code < 0x10000)
        {
            text.Append((char)code);
        }
        else
        {
            text.Append(char.ConvertFromUtf32(code));
        }
    }
}
