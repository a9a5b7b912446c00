namespace LlamaNative.Chat.Templates;

/// <summary>Methods of str that make new text.</summary>
internal static class StringMethods
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("upper", 0, [], static (state, in self, _) => Made(state, PythonText.Upper(self.AsString))),
        new("lower", 0, [], static (state, in self, _) => Made(state, PythonText.Lower(self.AsString))),
        new("casefold", 0, [], static (state, in self, _) =>
            Made(state, PythonText.Lower(self.AsString).Replace("ß", "ss", StringComparison.Ordinal))),
        new("title", 0, [], static (state, in self, _) => Made(state, PythonText.Title(self.AsString))),
        new("capitalize", 0, [], static (state, in self, _) => Made(state, PythonText.Capitalize(self.AsString))),
        new("swapcase", 0, [], static (state, in self, _) => Made(state, SwapCase(self.AsString))),
        new("strip", 0, ["chars"], static (state, in self, args) =>
            Made(state, PythonText.Strip(self.AsString, Argument.OptionalText(args[0])))),
        new("lstrip", 0, ["chars"], static (state, in self, args) =>
            Made(state, PythonText.Strip(self.AsString, Argument.OptionalText(args[0]), right: false))),
        new("rstrip", 0, ["chars"], static (state, in self, args) =>
            Made(state, PythonText.Strip(self.AsString, Argument.OptionalText(args[0]), left: false))),
        new("removeprefix", 1, ["prefix"], static (state, in self, args) =>
            self.AsString.StartsWith(Argument.Text(args[0]), StringComparison.Ordinal) ? Made(state, self.AsString[args[0].AsString.Length..]) : self),
        new("removesuffix", 1, ["suffix"], static (state, in self, args) =>
            self.AsString.EndsWith(Argument.Text(args[0]), StringComparison.Ordinal) ? Made(state, self.AsString[..^args[0].AsString.Length]) : self),
        new("replace", 2, ["old", "new", "count"], static (state, in self, args) =>
            PythonText.Replace(state.Budget, self.AsString, Argument.Text(args[0]), Argument.Text(args[1]), Argument.Integer(args[2], -1))),
        new("split", 0, ["sep", "maxsplit"], static (state, in self, args) =>
            Parts(state, self.AsString, args, TextSplitting.Split, TextSplitting.SplitWords)),
        new("rsplit", 0, ["sep", "maxsplit"], static (state, in self, args) =>
            Parts(state, self.AsString, args, TextSplitting.SplitFromEnd, TextSplitting.SplitWordsFromEnd)),
        new("splitlines", 0, ["keepends"], static (state, in self, args) =>
            List(state, self.AsString, TextSplitting.SplitLines(self.AsString, Argument.Flag(args[0])))),
        new("partition", 1, ["sep"], static (state, in self, args) => Partition(state, self.AsString, NotEmpty(args[0]), last: false)),
        new("rpartition", 1, ["sep"], static (state, in self, args) => Partition(state, self.AsString, NotEmpty(args[0]), last: true)),
        new("join", 1, ["iterable"], static (state, in self, args) => Join(state, self.AsString, args[0])),
        new("format", static (state, in self, in args) => BraceFormat.Apply(state, self.AsString, args)),
        new("format_map", 1, ["mapping"], static (state, in self, args) =>
            BraceFormat.Apply(state, self.AsString, new CallArguments([], Named(args[0])))),
        new("zfill", 1, ["width"], static (state, in self, args) => ZeroFill(state, self.AsString, args[0])),
        new("ljust", 1, ["width", "fillchar"], static (state, in self, args) => Justify(state, self.AsString, args, static missing => 0)),
        new("rjust", 1, ["width", "fillchar"], static (state, in self, args) =>
            Justify(state, self.AsString, args, static missing => missing)),
        new("center", 1, ["width", "fillchar"], static (state, in self, args) => Center(state, self.AsString, args)),
        new("expandtabs", 0, ["tabsize"], static (state, in self, args) => ExpandTabs(state, self.AsString, Argument.Integer(args[0], 8))),
    ];

    public static TemplateValue Center(RenderState state, string text, ReadOnlySpan<TemplateValue> arguments)
    {
        // CPython puts the odd space left when the width is odd.
        long width = Argument.Integer(arguments[0]);
        return Justify(state, text, arguments, missing => (missing / 2) + (missing & width & 1));
    }

    public static TemplateValue List(RenderState state, string source, List<string> parts)
    {
        state.Budget.AllocateText(source.Length);
        state.Budget.AllocateElements(2L * parts.Count);
        List<TemplateValue> items = new(parts.Count);
        foreach (string part in parts)
        {
            items.Add(part);
        }

        return TemplateSequence.List(items);
    }

    private static TemplateValue Made(RenderState state, string text)
    {
        state.Budget.AllocateText(text.Length);
        return text;
    }

    private static TemplateValue Parts(
        RenderState state, string text, ReadOnlySpan<TemplateValue> arguments,
        Func<string, string, long, List<string>> bySeparator, Func<string, long, List<string>> byWhiteSpace)
    {
        long limit = Argument.Integer(arguments[1], -1);
        bool hasSeparator = !arguments[0].IsMissing && !arguments[0].IsNone;

        // Asked for the worst case first: every character its own part.
        state.Budget.AllocateElements(text.Length);
        return List(state, text, hasSeparator ? bySeparator(text, NotEmpty(arguments[0]), limit) : byWhiteSpace(text, limit));
    }

    private static string NotEmpty(in TemplateValue separator) =>
        Argument.Text(separator) is { Length: > 0 } text ? text : throw new TemplateError("empty separator");

    private static TemplateValue Partition(RenderState state, string text, string separator, bool last)
    {
        int at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        state.Budget.AllocateText(text.Length);
        return at >= 0 ? TemplateSequence.Tuple(text[..at], separator, text[(at + separator.Length)..])
            : last ? TemplateSequence.Tuple("", "", text)
            : TemplateSequence.Tuple(text, "", "");
    }

    private static TemplateValue Join(RenderState state, string separator, in TemplateValue items)
    {
        OutputBuffer joined = new(state.Budget);
        bool first = true;
        foreach (TemplateValue item in Iteration.Items(state.Budget, items))
        {
            joined.Append(first ? "" : separator);
            joined.Append(Argument.Text(item));
            first = false;
        }

        return joined.ToString();
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

    private static TemplateValue ZeroFill(RenderState state, string text, in TemplateValue width)
    {
        int sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        OutputBuffer filled = new(state.Budget);
        filled.Append(text.AsSpan(0, sign));
        filled.Repeat('0', (int)Math.Clamp(Argument.Integer(width) - CodePoints.Length(text), 0, int.MaxValue));
        filled.Append(text.AsSpan(sign));
        return filled.ToString();
    }

    private static TemplateValue Justify(RenderState state, string text, ReadOnlySpan<TemplateValue> arguments, Func<long, long> before)
    {
        string fill = Argument.Text(arguments.Length > 1 ? arguments[1] : default, " ");
        if (fill.Length != 1)
        {
            throw new TemplateError("The fill character must be exactly one character long");
        }

        long missing = Math.Max(0, Argument.Integer(arguments[0]) - CodePoints.Length(text));
        long left = before(missing);
        OutputBuffer justified = new(state.Budget);
        justified.Repeat(fill[0], (int)Math.Min(left, int.MaxValue));
        justified.Append(text);
        justified.Repeat(fill[0], (int)Math.Min(missing - left, int.MaxValue));
        return justified.ToString();
    }

    private static TemplateValue ExpandTabs(RenderState state, string text, long size)
    {
        OutputBuffer expanded = new(state.Budget);
        long column = 0;
        foreach (char c in text)
        {
            if (c == '\t')
            {
                long width = size <= 0 ? 0 : size - (column % size);
                expanded.Repeat(' ', (int)Math.Min(width, int.MaxValue));
                column += width;
                continue;
            }

            expanded.Append(c);
            column = c is '\n' or '\r' ? 0 : column + 1;
        }

        return expanded.ToString();
    }

    private static string SwapCase(string text) => string.Create(text.Length, text, static (span, text) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = char.IsUpper(text[i]) ? char.ToLowerInvariant(text[i]) : char.ToUpperInvariant(text[i]);
        }
    });
}
