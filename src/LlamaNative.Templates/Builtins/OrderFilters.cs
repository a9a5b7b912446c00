namespace LlamaNative.Templates;

/// <summary>Filters that compare elements.</summary>
internal static class OrderFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("sort", 0, ["reverse", "case_sensitive", "attribute"], static (state, in self, args) => Sort(state, self, args)),
        new("dictsort", 0, ["case_sensitive", "by", "reverse"], static (state, in self, args) => DictSort(state, self, args)),
        new("min", 0, ["case_sensitive", "attribute"], static (state, in self, args) => Extreme(state, self, args, sign: -1)),
        new("max", 0, ["case_sensitive", "attribute"], static (state, in self, args) => Extreme(state, self, args, sign: 1)),
        new("groupby", 1, ["attribute", "default", "case_sensitive"], static (state, in self, args) => GroupBy(state, self, args)),
    ];

    /// <summary>
    /// The value an element is compared by: one of its attributes or the element itself, case-insensitive by default.
    /// </summary>
    public static TemplateValue SortKey(RenderState state, in TemplateValue item, in TemplateValue attribute, bool caseSensitive)
    {
        TemplateValue key = Access.Path(state, item, attribute);
        if (!key.IsString || caseSensitive)
        {
            return key;
        }

        state.Budget.AllocateText(key.AsString.Length);
        return key.AsText.Mapped(PythonText.Lower(key.AsString));
    }

    private static TemplateValue Sort(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> arguments)
    {
        bool caseSensitive = Argument.Flag(arguments[1]);

        // "age,name" sorts by several attributes, in this order.
        TemplateValue[] attributes = arguments[2].IsString
            ? [.. arguments[2].AsString.Split(',').Select(part => (TemplateValue)part)]
            : [arguments[2]];
        return TemplateSequence.List(Sorting.Sort(state.Budget, Iteration.Items(state.Budget, value), Key, Argument.Flag(arguments[0])));

        TemplateValue Key(TemplateValue item)
        {
            List<TemplateValue> keys = [];
            foreach (TemplateValue attribute in attributes)
            {
                state.Budget.AllocateElements(1);
                keys.Add(SortKey(state, item, attribute, caseSensitive));
            }

            return TemplateSequence.List(keys);
        }
    }

    private static TemplateValue DictSort(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> arguments)
    {
        if (!value.IsDictionary)
        {
            throw value.IsUndefined
                ? ValueError.Undefined(value)
                : new TemplateError($"'{value.TypeName} object' has no attribute 'items'");
        }

        string by = Argument.Text(arguments[1], "key").Text;
        int position = by switch
        {
            "key" => 0,
            "value" => 1,
            _ =>
            throw new TemplateError("You can only sort by either \"key\" or \"value\"")
        };
        bool caseSensitive = Argument.Flag(arguments[0]);
        return TemplateSequence.List(Sorting.Sort(
            state.Budget,
            Iteration.Pairs(state.Budget, value.AsDictionary),
            pair => SortKey(state, pair.AsSequence.Items[position], default, caseSensitive),
            Argument.Flag(arguments[2])));
    }

    private static TemplateValue Extreme(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> arguments, int sign)
    {
        bool caseSensitive = Argument.Flag(arguments[0]);
        TemplateValue best = default;
        TemplateValue bestKey = default;
        foreach (TemplateValue item in Iteration.Items(state.Budget, value))
        {
            TemplateValue key = SortKey(state, item, arguments[1], caseSensitive);
            if (best.IsMissing || Math.Sign(Comparison.Order(state.Budget, key, bestKey)) == sign)
            {
                (best, bestKey) = (item, key);
            }
        }

        return best.IsMissing ? TemplateValue.UndefinedBecause("No aggregated item, sequence was empty.") : best;
    }

    private static TemplateValue GroupBy(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> arguments)
    {
        TemplateValue attribute = arguments[0];
        TemplateValue fallback = arguments[1];
        bool caseSensitive = Argument.Flag(arguments[2]);
        List<TemplateValue> groups = [];
        TemplateValue currentKey = default;
        List<TemplateValue> current = [];
        foreach (TemplateValue item in Sorting.Sort(state.Budget, Iteration.Items(state.Budget, value), Key, descending: false))
        {
            state.Budget.AllocateElements(1);
            TemplateValue key = Key(item);
            if (currentKey.IsMissing || !Comparison.AreEqual(state.Budget, key, currentKey))
            {
                state.Budget.AllocateElements(4);
                current = [];
                currentKey = key;
                groups.Add(new TemplateSequence(SequenceKind.Group, [Real(item), TemplateSequence.List(current)]));
            }

            current.Add(item);
        }

        return TemplateSequence.List(groups);

        TemplateValue Real(in TemplateValue item)
        {
            TemplateValue key = Access.Path(state, item, attribute);
            return key.IsUndefined && !fallback.IsMissing && !fallback.IsNone ? fallback : key;
        }

        TemplateValue Key(TemplateValue item) => SortKey(state, Real(item), default, caseSensitive);
    }
}
