using System.Globalization;
using System.Text.Json.Nodes;

namespace LlamaNative.Chat;

/// <summary>
/// Parses a call in Python syntax, as Llama 3 writes calls of built-in tools: <c>brave_search.call(query="…", count=3)</c>.
/// </summary>
internal static class PythonCall
{
    public static bool TryRead(string text, out ToolCall? call)
    {
        call = null;
        text = text.Trim();
        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0 || !text.EndsWith(')'))
        {
            return false;
        }

        string name = text[..open];
        if (name.EndsWith(".call", StringComparison.Ordinal))
        {
            name = name[..^".call".Length];
        }

        var arguments = new JsonObject();
        var rest = new Cursor(text[(open + 1)..^1]);
        while (!rest.AtEnd)
        {
            if (rest.Identifier() is not { Length: > 0 } key || !rest.Take('=') || !rest.Value(out JsonNode? value)
                || !arguments.TryAdd(key, value))
            {
                return false;
            }

            if (!rest.Take(',') && !rest.AtEnd)
            {
                return false;
            }
        }

        call = new ToolCall(name, arguments);
        return name.All(character => char.IsLetterOrDigit(character) || character is '_' or '.' or '-');
    }

    /// <summary>A cursor in the argument list.</summary>
    private sealed class Cursor(string text)
    {
        private int _at;

        public bool AtEnd => SkipSpace() == text.Length;

        public bool Take(char expected)
        {
            if (SkipSpace() < text.Length && text[_at] == expected)
            {
                _at++;
                return true;
            }

            return false;
        }

        public string Identifier()
        {
            int start = SkipSpace();
            while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] == '_'))
            {
                _at++;
            }

            return text[start.._at];
        }

        public bool Value(out JsonNode? value)
        {
            value = null;
            if (SkipSpace() == text.Length)
            {
                return false;
            }

            return text[_at] is '"' or '\'' ? String(out value) : Word(out value);
        }

        private bool String(out JsonNode? value)
        {
            char quote = text[_at++];
            var content = new System.Text.StringBuilder();
            while (_at < text.Length && text[_at] != quote)
            {
                bool escaped = text[_at] == '\\' && _at + 1 < text.Length;
                char character = text[_at + (escaped ? 1 : 0)];
                content.Append(escaped ? character switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => character } : character);
                _at += escaped ? 2 : 1;
            }

            value = content.ToString();
            return _at++ < text.Length;
        }

        private bool Word(out JsonNode? value)
        {
            int start = _at;
            while (_at < text.Length && text[_at] is not (',' or ')' or ' '))
            {
                _at++;
            }

            string word = text[start.._at];
            value = word switch
            {
                "True" or "true" => true,
                "False" or "false" => false,
                _ when long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer) => integer,
                _ when double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
                _ => null,
            };
            return value is not null || word is "None" or "null";
        }

        private int SkipSpace()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }

            return _at;
        }
    }
}
