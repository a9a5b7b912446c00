using System.Text;

namespace LlamaNative.Templates;

/// <summary>Filters that return text; as in Jinja2, most convert any value with <c>str()</c>.</summary>
internal static class TextFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("string", 0, [], static (state, in self, _) => self.IsString ? self : Str(state, self)),
        new("upper", 0, [], static (state, in self, _) => Mapped(state, Str(state, self), PythonText.Upper)),
        new("lower", 0, [], static (state, in self, _) => Mapped(state, Str(state, self), PythonText.Lower)),
        new("capitalize", 0, [], static (state, in self, _) => Mapped(state, Str(state, self), PythonText.Capitalize)),
        new("title", 0, [], static (state, in self, _) => Mapped(state, Str(state, self), Title)),
        new("trim", 0, ["chars"], static (state, in self, args) =>
            Made(state, PythonText.Strip(Str(state, self), Argument.OptionalText(args[0])))),
        new("replace", 2, ["old", "new", "count"], static (state, in self, args) =>
            PythonText.Replace(state.Budget, Str(state, self), Str(state, args[0]).Text, Str(state, args[1]),
                Argument.Integer(args[2], -1))),
        new("format", static (state, in self, in args) => Format(state, Str(state, self), args)),
        new("indent", 0, ["width", "first", "blank"], static (state, in self, args) => Indent(state, Argument.Text(self), args)),
        new("center", 0, ["width"], static (state, in self, args) =>
            StringMethods.Center(state, Str(state, self), [args[0].IsMissing ? 80 : args[0]])),
        new("truncate", 0, ["length", "killwords", "end", "leeway"], static (state, in self, args) => Truncate(state, self, args)),
        new("wordcount", 0, [], static (state, in self, _) => WordCount(Str(state, self).Text)),
        new("urlencode", 0, [], static (state, in self, _) => UrlEncode(state, self)),
        new("escape", 0, [], static (state, in self, _) => Escape(state, self)),
        new("e", 0, [], static (state, in self, _) => Escape(state, self)),
        new("forceescape", 0, [], static (state, in self, _) => Escape(state, Str(state, self))),
        new("safe", 0, [], static (state, in self, _) => TemplateValue.Markup(Str(state, self))),
        new("tojson", 0, ["ensure_ascii", "indent", "separators", "sort_keys"], static (state, in self, args) => ToJson(state, self, args)),
    ];

    private static TracedText Str(RenderState state, in TemplateValue value) => PythonRepr.Str(state.Budget, value);

    private static TemplateValue Made(RenderState state, TracedText text)
    {
        state.Budget.AllocateText(text.Length);
        return text;
    }

    private static TemplateValue Mapped(RenderState state, TracedText text, Func<string, string> map) =>
        Made(state, text.Mapped(map(text.Text)));

    private static TemplateValue Escape(RenderState state, in TemplateValue value) =>
        value.IsMarkup ? value : TemplateValue.Markup(HtmlEscape.Escape(state.Budget, Str(state, value)));

    /// <summary>Jinja2's title differs from str.title: words start after whitespace or one of -({[&lt;.</summary>
    private static string Title(string text)
    {
        StringBuilder title = new(text.Length);
        bool inWord = false;
        foreach (char c in text)
        {
            bool parts = PythonText.IsWhiteSpace(c) || "-({[<".Contains(c, StringComparison.Ordinal);
            title.Append(inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inWord = !parts;
        }

        return title.ToString();
    }

    private static TemplateValue Format(RenderState state, TracedText text, in CallArguments arguments)
    {
        if (arguments.Named.Length == 0)
        {
            return PercentFormat.Apply(state.Budget, text, TemplateSequence.Tuple([.. arguments.Positional]));
        }

        if (arguments.Positional.Length > 0)
        {
            throw new TemplateError("can't handle positional and keyword arguments at the same time");
        }

        TemplateDictionary named = new();
        DictionaryMethods.Update(state.Budget, named, arguments);
        return PercentFormat.Apply(state.Budget, text, named);
    }

    private static TemplateValue Indent(RenderState state, TracedText text, ReadOnlySpan<TemplateValue> arguments)
    {
        RenderBudget budget = state.Budget;
        TracedText indentation = arguments[0].IsString ? arguments[0].AsText
            : Arithmetic.Multiply(budget, " ", Argument.Integer(arguments[0], 4)).AsText;
        bool blank = Argument.Flag(arguments[2]);
        budget.AllocateElements(text.Length);

        // The added line break makes an empty last line count.
        List<TracedText> lines = TextSplitting.SplitLines(TextJoining.Join(budget, [text, "\n"]));
        OutputBuffer output = new(budget);
        for (int i = 0; i < lines.Count; i++)
        {
            output.Append(i == 0 ? "" : "\n");
            bool indents = i == 0 ? Argument.Flag(arguments[1]) : blank || lines[i].Length > 0;
            if (indents)
            {
                output.Append(indentation);
            }

            output.Append(lines[i]);
        }

        return output.ToText();
    }

    private static TemplateValue Truncate(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> arguments)
    {
        long length = Argument.Integer(arguments[0], 255);
        TracedText end = Argument.Text(arguments[2], "...");
        long leeway = Argument.Integer(arguments[3], 5);
        long kept = length - CodePoints.Length(end.Text);
        if (kept < 0 || leeway < 0)
        {
            throw new TemplateError(kept < 0
                ? $"expected length >= {CodePoints.Length(end.Text)}, got {length}"
                : $"expected leeway >= 0, got {leeway}");
        }

        if (Iteration.Length(value) <= length + leeway)
        {
            return value;
        }

        TracedText text = Argument.Text(value);
        TracedText cut = text[..CodePoints.OffsetOf(text.Text, (int)kept)];
        int space = Argument.Flag(arguments[1]) ? -1 : cut.Text.LastIndexOf(' ');
        return TextJoining.Join(state.Budget, [space < 0 ? cut : cut[..space], end]);
    }

    private static TemplateValue WordCount(string text)
    {
        long words = 0;
        bool inWord = false;
        foreach (char c in text)
        {
            bool isWord = c == '_' || char.IsLetterOrDigit(c);
            words += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return words;
    }

    private static TemplateValue UrlEncode(RenderState state, in TemplateValue value)
    {
        if (value.IsString || !Iteration.IsIterable(value))
        {
            return Quote(state, Str(state, value), keepSlash: true);
        }

        List<TemplateValue> pairs = value.IsDictionary
            ? Iteration.Pairs(state.Budget, value.AsDictionary)
            : Iteration.Items(state.Budget, value);
        OutputBuffer query = new(state.Budget);
        foreach (TemplateValue pair in pairs)
        {
            List<TemplateValue> parts = Iteration.Items(state.Budget, pair);
            if (parts.Count != 2)
            {
                throw new TemplateError("urlencode needs (key, value) pairs");
            }

            query.Append(query.Length == 0 ? "" : "&");
            query.Append(Quote(state, Str(state, parts[0]), keepSlash: false));
            query.Append('=');
            query.Append(Quote(state, Str(state, parts[1]), keepSlash: false));
        }

        return query.ToText();
    }

    /// <summary>Percent-encodes a text; if slashes are encoded too, a space becomes a plus sign.</summary>
    private static TracedText Quote(RenderState state, TracedText text, bool keepSlash)
    {
        state.Budget.AllocateText(9L * text.Length);
        string quoted = Uri.EscapeDataString(text.Text);
        return text.Derived(keepSlash
            ? quoted.Replace("%2F", "/", StringComparison.Ordinal)
            : quoted.Replace("%20", "+", StringComparison.Ordinal));
    }

    private static TemplateValue ToJson(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> arguments)
    {
        TracedText? indent = arguments[1].IsMissing || arguments[1].IsNone ? default(TracedText?)
            : arguments[1].IsString ? arguments[1].AsText
            : Arithmetic.Multiply(state.Budget, " ", Argument.Integer(arguments[1])).AsText;
        (TracedText, TracedText)? separators = null;
        if (!arguments[2].IsMissing && !arguments[2].IsNone)
        {
            List<TemplateValue> pair = Iteration.Items(state.Budget, arguments[2]);
            separators = pair.Count == 2
                ? (Argument.Text(pair[0]), Argument.Text(pair[1]))
                : throw new TemplateError("separators must be a pair of strings");
        }

        return new JsonText(state.Budget, Argument.Flag(arguments[0]), indent, separators, Argument.Flag(arguments[3])).Serialize(value);
    }
}
