namespace LlamaNative.Templates;

/// <summary>map, select and similar filters, which apply another filter or test to each element.</summary>
internal static class SelectionFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("map", static (state, in self, in args) => Map(state, self, args)),
        new("select", static (state, in self, in args) => Select(state, self, args, byAttribute: false, keep: true)),
        new("reject", static (state, in self, in args) => Select(state, self, args, byAttribute: false, keep: false)),
        new("selectattr", static (state, in self, in args) => Select(state, self, args, byAttribute: true, keep: true)),
        new("rejectattr", static (state, in self, in args) => Select(state, self, args, byAttribute: true, keep: false)),
    ];

    private static TemplateValue Map(RenderState state, in TemplateValue value, in CallArguments arguments)
    {
        List<TemplateValue> mapped = [];
        if (!value.IsTrue)
        {
            // Jinja2 tests the truth value first, so None yields an empty result.
            return TemplateSequence.Generator(mapped);
        }

        TemplateValue attribute = arguments.Find("attribute");
        TemplateValue fallback = arguments.Find("default");
        bool byAttribute = arguments.Positional.Length == 0 && !attribute.IsMissing;
        if (!byAttribute && arguments.Positional.Length == 0)
        {
            throw new TemplateError("map requires a filter argument");
        }

        if (byAttribute && arguments.Named.Length > (fallback.IsMissing ? 1 : 2))
        {
            throw new TemplateError("map takes no other keywords than attribute and default");
        }

        Builtin? filter = byAttribute ? null : Filters.Get(Argument.Text(arguments.Positional[0]).Text);
        CallArguments rest = byAttribute ? default : arguments.Skip(1);
        foreach (TemplateValue item in Iteration.Copy(state.Budget, value))
        {
            TemplateValue result = filter is null ? Access.Path(state, item, attribute) : filter.Invoke(state, item, rest);
            mapped.Add(result.IsUndefined && byAttribute && !fallback.IsMissing && !fallback.IsNone ? fallback : result);
        }

        return TemplateSequence.Generator(mapped);
    }

    private static TemplateValue Select(RenderState state, in TemplateValue value, in CallArguments arguments, bool byAttribute, bool keep)
    {
        List<TemplateValue> selected = [];
        if (!value.IsTrue)
        {
            return TemplateSequence.Generator(selected);
        }

        int testIndex = byAttribute ? 1 : 0;
        if (arguments.Positional.Length < testIndex)
        {
            throw new TemplateError("Missing parameter for attribute name");
        }

        TemplateValue attribute = byAttribute ? arguments.Positional[0] : default;
        bool hasTest = arguments.Positional.Length > testIndex;
        Test? test = hasTest ? Tests.Get(Argument.Text(arguments.Positional[testIndex]).Text) : null;
        CallArguments rest = hasTest ? arguments.Skip(testIndex + 1) : CallArguments.Empty;
        foreach (TemplateValue item in Iteration.Copy(state.Budget, value))
        {
            TemplateValue subject = byAttribute ? Access.Path(state, item, attribute) : item;
            if ((test is null ? subject.IsTrue : test.Holds(state, subject, rest)) == keep)
            {
                selected.Add(item);
            }
        }

        return TemplateSequence.Generator(selected);
    }
}
