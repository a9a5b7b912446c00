using System.Globalization;

namespace LlamaNative.Templates;

/// <summary>Methods of str that inspect the text.</summary>
internal static class StringInspectionMethods
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("startswith", 1, ["prefix", "start", "end"], static (state, in self, args) =>
            Affix(state, self.AsString, args, "startswith", static (text, affix) => text.StartsWith(affix))),
        new("endswith", 1, ["suffix", "start", "end"], static (state, in self, args) =>
            Affix(state, self.AsString, args, "endswith", static (text, affix) => text.EndsWith(affix))),
        new("find", 1, ["sub", "start", "end"], static (state, in self, args) => Find(state, self.AsString, args, last: false)),
        new("rfind", 1, ["sub", "start", "end"], static (state, in self, args) => Find(state, self.AsString, args, last: true)),
        new("index", 1, ["sub", "start", "end"], static (state, in self, args) => Found(Find(state, self.AsString, args, last: false))),
        new("rindex", 1, ["sub", "start", "end"], static (state, in self, args) => Found(Find(state, self.AsString, args, last: true))),
        new("count", 1, ["sub", "start", "end"], static (state, in self, args) => Count(state, self.AsString, args)),
        Every("isdigit", static c => CharUnicodeInfo.GetDigitValue(c) >= 0),
        Every("isdecimal", static c => CharUnicodeInfo.GetDecimalDigitValue(c) >= 0),
        Every("isnumeric", static c => CharUnicodeInfo.GetNumericValue(c) >= 0),
        Every("isalpha", char.IsLetter),
        Every("isalnum", static c => char.IsLetter(c) || CharUnicodeInfo.GetNumericValue(c) >= 0),
        Every("isspace", PythonText.IsWhiteSpace),
        new("isascii", 0, [], static (_, in self, _) => self.AsString.AsSpan().IndexOfAnyExceptInRange('\0', '\x7F') < 0),
        new("isupper", 0, [], static (_, in self, _) => IsUpper(self.AsString)),
        new("islower", 0, [], static (_, in self, _) => IsLower(self.AsString)),
        new("istitle", 0, [], static (_, in self, _) =>
            self.AsString.Any(char.IsLetter) && PythonText.Title(self.AsString) == self.AsString),
        new("isidentifier", 0, [], static (_, in self, _) =>
            self.AsString.Length > 0 && !char.IsDigit(self.AsString[0])
            && self.AsString.All(static c => c == '_' || char.IsLetterOrDigit(c))),
    ];

    /// <summary>True if there is at least one cased letter and none of the other case.</summary>
    public static bool IsUpper(string text) => text.Any(char.IsUpper) && !text.Any(char.IsLower);

    public static bool IsLower(string text) => text.Any(char.IsLower) && !text.Any(char.IsUpper);

    private delegate bool AffixTest(ReadOnlySpan<char> text, ReadOnlySpan<char> affix);

    private static Builtin Every(string name, Func<char, bool> holds) =>
        new(name, 0, [], (state, in self, _) =>
        {
            return self.AsString.Length > 0 && self.AsString.All(holds);
        });

    private static TemplateValue Affix(RenderState state, string text, ReadOnlySpan<TemplateValue> arguments,
        string method, AffixTest holds)
    {
        (int start, int end) = Range(text, arguments);
        if (start > end)
        {
            return false;
        }

        if (arguments[0].IsSequence && arguments[0].AsSequence.IsTuple)
        {
            foreach (TemplateValue affix in arguments[0].AsSequence.Items)
            {
                state.Budget.Step();
                if (holds(text.AsSpan(start, end - start), Argument.Text(affix).Text))
                {
                    return true;
                }
            }

            return false;
        }

        return arguments[0].IsString
            ? holds(text.AsSpan(start, end - start), arguments[0].AsString)
            : throw new TemplateError($"{method} first arg must be str or a tuple of str, not {arguments[0].TypeName}");
    }

    private static TemplateValue Find(RenderState state, string text, ReadOnlySpan<TemplateValue> arguments, bool last)
    {
        (int start, int end) = Range(text, arguments);
        string sought = Argument.Text(arguments[0]).Text;
        if (start > end)
        {
            return -1;
        }

        ReadOnlySpan<char> window = text.AsSpan(start, end - start);
        int at = last ? window.LastIndexOf(sought) : window.IndexOf(sought);
        return at < 0 ? -1 : CodePoints.IsPlain(text) ? start + at : CodePoints.CountTo(text, start + at);
    }

    private static TemplateValue Found(in TemplateValue index) =>
        index.AsInteger < 0 ? throw new TemplateError("substring not found") : index;

    private static TemplateValue Count(RenderState state, string text, ReadOnlySpan<TemplateValue> arguments)
    {
        (int start, int end) = Range(text, arguments);
        string sought = Argument.Text(arguments[0]).Text;
        return start > end ? 0
            : sought.Length == 0 ? CodePoints.Length(text[start..end]) + 1
            : text.AsSpan(start, end - start).Count(sought);
    }

    /// <summary>
    /// The optional start and end (arguments 1 and 2) as UTF-16 offsets; an end before the start matches nothing.
    /// </summary>
    private static (int Start, int End) Range(string text, ReadOnlySpan<TemplateValue> arguments)
    {
        if (arguments[1].IsMissing && arguments[2].IsMissing)
        {
            return (0, text.Length);
        }

        int length = CodePoints.Length(text);
        long start = Argument.Integer(arguments[1], 0);
        long end = Argument.Integer(arguments[2], length);
        start = start < 0 ? Math.Max(0, start + length) : start;
        end = end < 0 ? Math.Max(0, end + length) : Math.Min(end, length);
        return start > end ? (1, 0) : (CodePoints.OffsetOf(text, (int)start), CodePoints.OffsetOf(text, (int)end));
    }
}
