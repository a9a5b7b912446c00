namespace LlamaNative.Templates;

/// <summary>Filters for sequences that preserve the order of elements.</summary>
internal static class SequenceFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("length", 0, [], static (_, in self, _) => Iteration.Length(self)),
        new("count", 0, [], static (_, in self, _) => Iteration.Length(self)),
        new("list", 0, [], static (state, in self, _) => TemplateSequence.List(Iteration.Copy(state.Budget, self))),
        new("first", 0, [], static (state, in self, _) =>
            Iteration.Items(state.Budget, self) is [TemplateValue first, ..]
                ? first
                : TemplateValue.UndefinedBecause("No first item, sequence was empty.")),
        new("last", 0, [], static (state, in self, _) =>
            Iteration.Items(state.Budget, self) is [.., TemplateValue last]
                ? last
                : TemplateValue.UndefinedBecause("No last item, sequence was empty.")),
        new("reverse", 0, [], static (state, in self, _) => Reverse(state, self)),
        new("join", 0, ["d", "attribute"], static (state, in self, args) => Join(state, self, args)),
        new("batch", 1, ["linecount", "fill_with"], static (state, in self, args) =>
            Batch(state, self, Argument.Integer(args[0]), args[1])),
        new("slice", 1, ["slices", "fill_with"], static (state, in self, args) => Slice(state, self, Argument.Integer(args[0]), args[1])),
        new("sum", 0, ["attribute", "start"], static (state, in self, args) =>
        {
            TemplateValue sum = args[1].IsMissing ? 0 : args[1];
            if (sum.IsString)
            {
                throw new TemplateError("sum() can't sum strings [use ''.join(seq) instead]");
            }

            foreach (TemplateValue item in Iteration.Items(state.Budget, self))
            {
                state.Budget.Step();
                sum = Arithmetic.Add(state.Budget, sum, Access.Path(state, item, args[0]));
            }

            return sum;
        }),
        new("unique", 0, ["case_sensitive", "attribute"], static (state, in self, args) => Unique(state, self, args)),
    ];

    private static TemplateValue Reverse(RenderState state, in TemplateValue value)
    {
        if (value.IsString)
        {
            return Slicing.Slice(state.Budget, value, TemplateValue.None, TemplateValue.None, -1);
        }

        List<TemplateValue> items = Iteration.Copy(state.Budget, value);
        items.Reverse();
        return TemplateSequence.Generator(items);
    }

    private static TemplateValue Join(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> arguments)
    {
        TracedText separator = arguments[0].IsMissing ? "" : PythonRepr.Str(state.Budget, arguments[0]);
        OutputBuffer joined = new(state.Budget);
        bool first = true;
        foreach (TemplateValue item in Iteration.Items(state.Budget, value))
        {
            state.Budget.Step();
            if (!first)
            {
                joined.Append(separator);
            }

            joined.Append(PythonRepr.Str(state.Budget, Access.Path(state, item, arguments[1])));
            first = false;
        }

        return joined.ToText();
    }

    private static TemplateValue Batch(RenderState state, in TemplateValue value, long size, in TemplateValue filler)
    {
        List<TemplateValue> batches = [];
        List<TemplateValue> batch = [];
        foreach (TemplateValue item in Iteration.Copy(state.Budget, value))
        {
            if (batch.Count == size)
            {
                batches.Add(TemplateSequence.List(batch));
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count > 0)
        {
            long missing = filler.IsMissing || filler.IsNone ? 0 : Math.Max(0, size - batch.Count);
            state.Budget.AllocateElements(missing);
            batch.AddRange(Enumerable.Repeat(filler, (int)missing));
            batches.Add(TemplateSequence.List(batch));
        }

        state.Budget.AllocateElements(2L * batches.Count);
        return TemplateSequence.Generator(batches);
    }

    private static TemplateValue Slice(RenderState state, in TemplateValue value, long slices, in TemplateValue filler)
    {
        if (slices == 0)
        {
            throw new TemplateError("integer division or modulo by zero");
        }

        List<TemplateValue> items = Iteration.Copy(state.Budget, value);
        state.Budget.AllocateElements(4 * Math.Max(0, slices));
        List<TemplateValue> columns = [];
        int start = 0;
        for (long i = 0; i < slices; i++)
        {
            int count = (int)((items.Count / slices) + (i < items.Count % slices ? 1 : 0));
            List<TemplateValue> column = items.GetRange(start, count);
            start += count;
            if (!filler.IsMissing && !filler.IsNone && i >= items.Count % slices)
            {
                column.Add(filler);
            }

            columns.Add(TemplateSequence.List(column));
        }

        return TemplateSequence.Generator(columns);
    }

    private static TemplateValue Unique(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> arguments)
    {
        HashSet<DictionaryKey> seen = [];
        List<TemplateValue> unique = [];
        foreach (TemplateValue item in Iteration.Items(state.Budget, value))
        {
            state.Budget.Allocate(RenderBudget.EntryBytes);
            TemplateValue key = OrderFilters.SortKey(state, item, arguments[1], Argument.Flag(arguments[0]));
            if (seen.Add(DictionaryKey.From(state.Budget, key)))
            {
                unique.Add(item);
            }
        }

        return TemplateSequence.Generator(unique);
    }
}
