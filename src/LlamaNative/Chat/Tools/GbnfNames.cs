using System.Text;
using LlamaNative.Grammars;

namespace LlamaNative.Chat;

/// <summary>Adds a prefix to every rule name, so that several grammars can be combined without name clashes.</summary>
internal static class GbnfNames
{
    public static string Prefix(GbnfGrammar grammar, string prefix)
    {
        var result = new StringBuilder(grammar.Text.Length * 2);
        string text = grammar.Text;
        for (int at = 0; at < text.Length;)
        {
            char character = text[at];
            int end = character switch
            {
                '"' => Delimited(text, at, '"'),
                '[' => Delimited(text, at, ']'),
                '{' => Delimited(text, at, '}'),
                '#' => text.IndexOf('\n', at) is var line && line < 0 ? text.Length : line,
                _ when IsName(character) => NameEnd(text, at),
                _ => at + 1,
            };
            if (IsName(character))
            {
                result.Append(prefix);
            }

            result.Append(text, at, end - at);
            at = end;
        }

        return result.ToString();
    }

    private static bool IsName(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_';

    private static int NameEnd(string text, int at)
    {
        while (at < text.Length && IsName(text[at]))
        {
            at++;
        }

        return at;
    }

    private static int Delimited(string text, int at, char close)
    {
        for (at++; at < text.Length && text[at] != close; at++)
        {
            if (text[at] == '\\' && close != '}')
            {
                at++;
            }
        }

        return Math.Min(at + 1, text.Length);
    }
}
