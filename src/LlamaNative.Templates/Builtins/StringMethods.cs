namespace LlamaNative.Templates;

/// <summary>Methods of str that return new text.</summary>
internal static class StringMethods
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("upper", 0, [], static (state, in self, _) => Mapped(state, self, PythonText.Upper)),
        new("lower", 0, [], static (state, in self, _) => Mapped(state, self, PythonText.Lower)),
        new("casefold", 0, [], static (state, in self, _) =>
            Mapped(state, self, static text => PythonText.Lower(text).Replace("ß", "ss", StringComparison.Ordinal))),
        new("title", 0, [], static (state, in self, _) => Mapped(state, self, PythonText.Title)),
        new("capitalize", 0, [], static (state, in self, _) => Mapped(state, self, PythonText.Capitalize)),
        new("swapcase", 0, [], static (state, in self, _) => Mapped(state, self, SwapCase)),
        new("strip", 0, ["chars"], static (state, in self, args) =>
            Made(state, PythonText.Strip(self.AsText, Argument.OptionalText(args[0])))),
        new("lstrip", 0, ["chars"], static (state, in self, args) =>
            Made(state, PythonText.Strip(self.AsText, Argument.OptionalText(args[0]), right: false))),
        new("rstrip", 0, ["chars"], static (state, in self, args) =>
            Made(state, PythonText.Strip(self.AsText, Argument.OptionalText(args[0]), left: false))),
        new("removeprefix", 1, ["prefix"], static (state, in self, args) =>
            self.AsString.StartsWith(Argument.Text(args[0]).Text, StringComparison.Ordinal)
                ? Made(state, self.AsText[args[0].AsString.Length..])
                : self),
        new("removesuffix", 1, ["suffix"], static (state, in self, args) =>
            self.AsString.EndsWith(Argument.Text(args[0]).Text, StringComparison.Ordinal)
                ? Made(state, self.AsText[..^args[0].AsString.Length])
                : self),
        new("replace", 2, ["old", "new", "count"], static (state, in self, args) =>
            PythonText.Replace(
                state.Budget, self.AsText, Argument.Text(args[0]).Text, Argument.Text(args[1]), Argument.Integer(args[2], -1))),
        new("split", 0, ["sep", "maxsplit"], static (state, in self, args) =>
            Parts(state, self.AsText, args, TextSplitting.Split, TextSplitting.SplitWords)),
        new("rsplit", 0, ["sep", "maxsplit"], static (state, in self, args) =>
            Parts(state, self.AsText, args, TextSplitting.SplitFromEnd, TextSplitting.SplitWordsFromEnd)),
        new("splitlines", 0, ["keepends"], static (state, in self, args) =>
            List(state, self.AsText, TextSplitting.SplitLines(self.AsText, Argument.Flag(args[0])))),
        new("partition", 1, ["sep"], static (state, in self, args) => Partition(state, self.AsText, NotEmpty(args[0]), last: false)),
        new("rpartition", 1, ["sep"], static (state, in self, args) => Partition(state, self.AsText, NotEmpty(args[0]), last: true)),
        new("join", 1, ["iterable"], static (state, in self, args) => Join(state, self.AsText, args[0])),
        new("format", static (state, in self, in args) => BraceFormat.Apply(state, self.AsText, args)),
        new("format_map", 1, ["mapping"], static (state, in self, args) =>
            BraceFormat.Apply(state, self.AsText, new CallArguments([], Named(args[0])))),
        new("zfill", 1, ["width"], static (state, in self, args) => ZeroFill(state, self.AsText, args[0])),
        new("ljust", 1, ["width", "fillchar"], static (state, in self, args) => Justify(state, self.AsText, args, static missing => 0)),
        new("rjust", 1, ["width", "fillchar"], static (state, in self, args) =>
            Justify(state, self.AsText, args, static missing => missing)),
        new("center", 1, ["width", "fillchar"], static (state, in self, args) => Center(state, self.AsText, args)),
        new("expandtabs", 0, ["tabsize"], static (state, in self, args) => ExpandTabs(state, self.AsText, Argument.Integer(args[0], 8))),
    ];

    public static TemplateValue Center(RenderState state, TracedText text, ReadOnlySpan<TemplateValue> arguments)
    {
        // CPython puts the extra space on the left when the width is odd.
        long width = Argument.Integer(arguments[0]);
        return Justify(state, text, arguments, missing => (missing / 2) + (missing & width & 1));
    }

    public static TemplateValue List(RenderState state, TracedText source, List<TracedText> parts)
    {
        state.Budget.AllocateText(source.Length);
        state.Budget.AllocateElements(2L * parts.Count);
        List<TemplateValue> items = new(parts.Count);
        foreach (TracedText part in parts)
        {
            items.Add(part);
        }

        return TemplateSequence.List(items);
    }

    private static TemplateValue Mapped(RenderState state, in TemplateValue self, Func<string, string> map) =>
        Made(state, self.AsText.Mapped(map(self.AsString)));

    private static TemplateValue Made(RenderState state, TracedText text)
    {
        state.Budget.AllocateText(text.Length);
        return text;
    }

    private static TemplateValue Parts(
        RenderState state, TracedText text, ReadOnlySpan<TemplateValue> arguments,
        Func<TracedText, string, long, List<TracedText>> bySeparator, Func<TracedText, long, List<TracedText>> byWhiteSpace)
    {
        long limit = Argument.Integer(arguments[1], -1);
        bool hasSeparator = !arguments[0].IsMissing && !arguments[0].IsNone;

        // Reserve memory for the worst case: every character is a separate part.
        state.Budget.AllocateElements(text.Length);
        return List(state, text, hasSeparator ? bySeparator(text, NotEmpty(arguments[0]).Text, limit) : byWhiteSpace(text, limit));
    }

    private static TracedText NotEmpty(in TemplateValue separator) =>
        Argument.Text(separator) is { Length: > 0 } text ? text : throw new TemplateError("empty separator");

    private static TemplateValue Partition(RenderState state, TracedText text, TracedText separator, bool last)
    {
        int at = last
            ? text.Text.LastIndexOf(separator.Text, StringComparison.Ordinal)
            : text.Text.IndexOf(separator.Text, StringComparison.Ordinal);
        state.Budget.AllocateText(text.Length);
        return at >= 0 ? TemplateSequence.Tuple(text[..at], separator, text[(at + separator.Length)..])
            : last ? TemplateSequence.Tuple("", "", text)
            : TemplateSequence.Tuple(text, "", "");
    }

    private static TemplateValue Join(RenderState state, TracedText separator, in TemplateValue items)
    {
        OutputBuffer joined = new(state.Budget);
        bool first = true;
        foreach (TemplateValue item in Iteration.Items(state.Budget, items))
        {
            if (!first)
            {
                joined.Append(separator);
            }

            joined.Append(Argument.Text(item));
            first = false;
        }

        return joined.ToText();
    }

    private static KeyValuePair<string, TemplateValue>[] Named(in TemplateValue mapping)
    {
        if (!mapping.IsDictionary)
        {
            throw new TemplateError($"format_map() argument must be a mapping, not {mapping.TypeName}");
        }

        TemplateDictionary dictionary = mapping.AsDictionary;
        List<KeyValuePair<string, TemplateValue>> named = [];
        for (int i = 0; i < dictionary.Count; i++)
        {
            if (dictionary.KeyAt(i).IsString)
            {
                named.Add(new(dictionary.KeyAt(i).AsString, dictionary.ValueAt(i)));
            }
        }

        return [.. named];
    }

    private static TemplateValue ZeroFill(RenderState state, TracedText text, in TemplateValue width)
    {
        int sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        OutputBuffer filled = new(state.Budget);
        filled.Append(text[..sign]);
        filled.Repeat('0', (int)Math.Clamp(Argument.Integer(width) - CodePoints.Length(text.Text), 0, int.MaxValue));
        filled.Append(text[sign..]);
        return filled.ToText();
    }

    private static TemplateValue Justify(RenderState state, TracedText text, ReadOnlySpan<TemplateValue> arguments, Func<long, long> before)
    {
        string fill = Argument.Text(arguments.Length > 1 ? arguments[1] : default, " ").Text;
        if (fill.Length != 1)
        {
            throw new TemplateError("The fill character must be exactly one character long");
        }

        long missing = Math.Max(0, Argument.Integer(arguments[0]) - CodePoints.Length(text.Text));
        long left = before(missing);
        OutputBuffer justified = new(state.Budget);
        justified.Repeat(fill[0], (int)Math.Min(left, int.MaxValue));
        justified.Append(text);
        justified.Repeat(fill[0], (int)Math.Min(missing - left, int.MaxValue));
        return justified.ToText();
    }

    private static TemplateValue ExpandTabs(RenderState state, TracedText text, long size)
    {
        OutputBuffer expanded = new(state.Budget);
        long column = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\t')
            {
                long width = size <= 0 ? 0 : size - (column % size);
                expanded.Repeat(' ', (int)Math.Min(width, int.MaxValue), text.IsInputAt(i));
                column += width;
                continue;
            }

            expanded.Append(c, text.IsInputAt(i));
            column = c is '\n' or '\r' ? 0 : column + 1;
        }

        return expanded.ToText();
    }

    private static string SwapCase(string text) => string.Create(text.Length, text, static (span, text) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = char.IsUpper(text[i]) ? char.ToLowerInvariant(text[i]) : char.ToUpperInvariant(text[i]);
        }
    });
}
