using System.Collections.Frozen;

namespace LlamaNative.Templates;

internal delegate bool TestBody(RenderState state, in TemplateValue value, in TemplateValue argument);

/// <summary>A test, and whether it takes an argument.</summary>
internal sealed record Test(string Name, bool HasArgument, TestBody Body)
{
    public bool Holds(RenderState state, in TemplateValue value, in CallArguments arguments)
    {
        int given = arguments.Positional.Length + arguments.Named.Length;
        if (given != (HasArgument ? 1 : 0))
        {
            throw new TemplateError($"the test '{Name}' takes {(HasArgument ? "one argument" : "no arguments")}, {given} given");
        }

        state.Budget.Scan(value.IsString ? value.AsString.Length : 0);
        return Body(state, value,
            !HasArgument ? default : arguments.Positional.Length == 1 ? arguments.Positional[0] : arguments.Named[0].Value);
    }
}

/// <summary>The tests for <c>is</c>, <c>select</c> and <c>selectattr</c>.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Test> s_all = new Test[]
    {
        new("defined", false, static (_, in value, in _) => !value.IsUndefined),
        new("undefined", false, static (_, in value, in _) => value.IsUndefined),
        new("none", false, static (_, in value, in _) => value.IsNone),
        new("boolean", false, static (_, in value, in _) => value.Kind == ValueKind.Boolean),
        new("true", false, static (_, in value, in _) => value.Kind == ValueKind.Boolean && value.AsBoolean),
        new("false", false, static (_, in value, in _) => value.Kind == ValueKind.Boolean && !value.AsBoolean),
        new("integer", false, static (_, in value, in _) => value.Kind is ValueKind.Integer or ValueKind.BigInteger),
        new("float", false, static (_, in value, in _) => value.Kind == ValueKind.Float),
        new("number", false, static (_, in value, in _) => value.IsNumber),
        new("string", false, static (_, in value, in _) => value.IsString),
        new("mapping", false, static (_, in value, in _) => value.IsDictionary),
        new("iterable", false, static (_, in value, in _) => Iteration.IsIterable(value)),
        new("sequence", false, static (_, in value, in _) =>
            Iteration.IsIterable(value) && (!value.IsSequence || value.AsSequence.IsIndexable)),
        new("callable", false, static (_, in value, in _) =>
            value.IsUndefined || (value.Kind == ValueKind.Object && value.AsObject is TemplateCallable)),
        new("escaped", false, static (_, in value, in _) => value.IsMarkup),
        new("lower", false, static (state, in value, in _) => StringInspectionMethods.IsLower(PythonRepr.Str(state.Budget, value).Text)),
        new("upper", false, static (state, in value, in _) => StringInspectionMethods.IsUpper(PythonRepr.Str(state.Budget, value).Text)),
        new("filter", false, static (_, in value, in _) => value.IsString && Filters.Find(value.AsString) is not null),
        new("test", false, static (_, in value, in _) => value.IsString && Find(value.AsString) is not null),
        new("sameas", true, static (_, in value, in argument) => TemplateValue.Same(value, argument)),
        new("in", true, static (state, in value, in argument) => Comparison.Contains(state.Budget, argument, value)),
        new("odd", false, static (state, in value, in _) => Remainder(state, value, 2, 1)),
        new("even", false, static (state, in value, in _) => Remainder(state, value, 2, 0)),
        new("divisibleby", true, static (state, in value, in argument) => Remainder(state, value, argument, 0)),
        new("eq", true, Equal), new("==", true, Equal), new("equalto", true, Equal),
        new("ne", true, NotEqual), new("!=", true, NotEqual),
        new("lt", true, Less), new("<", true, Less), new("lessthan", true, Less),
        new("le", true, LessOrEqual), new("<=", true, LessOrEqual),
        new("gt", true, Greater), new(">", true, Greater), new("greaterthan", true, Greater),
        new("ge", true, GreaterOrEqual), new(">=", true, GreaterOrEqual),
    }.ToFrozenDictionary(static test => test.Name);

    public static Test? Find(string name) => s_all.GetValueOrDefault(name);

    public static Test Get(string name) => Find(name) ?? throw new TemplateError($"No test named '{name}'.");

    private static bool Equal(RenderState state, in TemplateValue value, in TemplateValue argument) =>
        Comparison.AreEqual(state.Budget, value, argument);

    private static bool NotEqual(RenderState state, in TemplateValue value, in TemplateValue argument) => !Equal(state, value, argument);

    private static bool Less(RenderState state, in TemplateValue value, in TemplateValue argument) =>
        Comparison.OrderHolds(state.Budget, value, argument, "<");

    private static bool LessOrEqual(RenderState state, in TemplateValue value, in TemplateValue argument) =>
        Comparison.OrderHolds(state.Budget, value, argument, "<=");

    private static bool Greater(RenderState state, in TemplateValue value, in TemplateValue argument) =>
        Comparison.OrderHolds(state.Budget, value, argument, ">");

    private static bool GreaterOrEqual(RenderState state, in TemplateValue value, in TemplateValue argument) =>
        Comparison.OrderHolds(state.Budget, value, argument, ">=");

    private static bool Remainder(RenderState state, in TemplateValue value, in TemplateValue divisor, long expected) =>
        Comparison.AreEqual(state.Budget, Arithmetic.Modulo(state.Budget, value, divisor), expected);
}
