using System.Collections.Frozen;

namespace LlamaNative.Templates;

/// <summary>The global functions: Jinja2's, and the two that Hugging Face adds.</summary>
internal static class Functions
{
    // Jinja2's sandbox rejects longer ranges.
    private const long MaxRangeLength = 100_000;

    private static readonly FrozenDictionary<string, TemplateValue> s_all = new Builtin[]
    {
        new("range", 1, ["start", "stop", "step"], Range),
        new("dict", static (state, in _, in args) =>
        {
            state.Budget.Allocate(2 * RenderBudget.EntryBytes);
            TemplateDictionary dictionary = new();
            DictionaryMethods.Update(state.Budget, dictionary, args);
            return dictionary;
        }),
        new("namespace", static (state, in _, in args) =>
        {
            state.Budget.Allocate(2 * RenderBudget.EntryBytes);
            TemplateNamespace ns = new();
            DictionaryMethods.Update(state.Budget, ns.Attributes, args);
            return ns;
        }),
        new("raise_exception", 1, ["message"], static (state, in _, args) =>
            throw new TemplateError(PythonRepr.Str(state.Budget, args[0]).Text, raisedByTemplate: true)),
        new("strftime_now", 1, ["format"], static (state, in _, args) =>
        {
            TracedText format = Argument.Text(args[0]);
            return format.Derived(Strftime.Format(state.Budget, state.Clock.GetLocalNow(), format.Text));
        }),
        new("cycler", static (_, in _, in args) =>
            args.Positional.Length == 0 ? throw new TemplateError("at least one item has to be provided") : new Cycler(args.Positional)),
        new("joiner", 0, ["sep"], static (_, in _, args) => new Joiner(Argument.Text(args[0], ", "))),
    }.ToFrozenDictionary(function => function.Name, function => (TemplateValue)new BuiltinFunction(function));

    public static TemplateValue Find(string name) => s_all.GetValueOrDefault(name);

    private static TemplateValue Range(RenderState state, in TemplateValue self, ReadOnlySpan<TemplateValue> arguments)
    {
        long first = Argument.Integer(arguments[0]);
        long start = arguments[1].IsMissing ? 0 : first;
        long stop = arguments[1].IsMissing ? first : Argument.Integer(arguments[1]);
        long step = Argument.Integer(arguments[2], 1);
        if (step == 0)
        {
            throw new TemplateError("range() arg 3 must not be zero");
        }

        long distance = step > 0 ? stop - start : start - stop;
        long length = distance <= 0 ? 0 : ((distance - 1) / Math.Abs(step)) + 1;
        if (length > MaxRangeLength)
        {
            throw new TemplateError($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRangeLength}).");
        }

        state.Budget.AllocateElements(length);
        List<TemplateValue> items = new((int)length);
        for (long i = 0; i < length; i++)
        {
            items.Add(start + (i * step));
        }

        return new TemplateSequence(SequenceKind.Range, items)
        {
            RangeText = step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})",
        };
    }
}

/// <summary>The result of <c>cycler('odd', 'even')</c>: returns its items in turn.</summary>
internal sealed class Cycler(TemplateValue[] items) : TemplateObject
{
    private int _next;

    public override string TypeName => "Cycler";

    public override TemplateValue GetAttribute(string name) => name switch
    {
        "current" => items[_next],
        "next" => new BuiltinFunction(new Builtin("next", 0, [], (_, in _, _) =>
        {
            TemplateValue current = items[_next];
            _next = (_next + 1) % items.Length;
            return current;
        })),
        "reset" => new BuiltinFunction(new Builtin("reset", 0, [], (_, in _, _) =>
        {
            _next = 0;
            return TemplateValue.None;
        })),
        _ => default,
    };
}

/// <summary>The result of <c>joiner(', ')</c>: empty on the first call, the separator afterwards.</summary>
internal sealed class Joiner(TracedText separator) : TemplateCallable
{
    private bool _used;

    public override string TypeName => "Joiner";

    public override TemplateValue Invoke(RenderState state, in CallArguments arguments)
    {
        bool first = !_used;
        _used = true;
        return first ? TemplateValue.EmptyString : separator;
    }
}
