using System.Collections.Frozen;

namespace LlamaNative.Chat.Templates;

internal delegate bool TestBody(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> arguments);

/// <summary>The tests behind <c>is</c>, <c>select</c> and <c>selectattr</c>.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, TestBody> s_all = new Dictionary<string, TestBody>
    {
        ["defined"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => !value.IsUndefined,
        ["undefined"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.IsUndefined,
        ["none"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.IsNone,
        ["boolean"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.Kind == ValueKind.Boolean,
        ["true"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.Kind == ValueKind.Boolean && value.AsBoolean,
        ["false"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.Kind == ValueKind.Boolean && !value.AsBoolean,
        ["integer"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.Kind is ValueKind.Integer or ValueKind.BigInteger,
        ["float"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.Kind == ValueKind.Float,
        ["number"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.IsNumber,
        ["string"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.IsString,
        ["mapping"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.IsDictionary,
        ["iterable"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => Iteration.IsIterable(value),
        ["sequence"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) =>
            Iteration.IsIterable(value) && (!value.IsSequence || value.AsSequence.IsIndexable),
        ["callable"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) =>
            value.Kind == ValueKind.Object && value.AsObject is TemplateCallable or LoopContext || value.IsUndefined,
        ["escaped"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.IsMarkup,
        ["lower"] = static (RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> _) =>
            StringInspectionMethods.IsLower(PythonText.Str(state.Budget, value)),
        ["upper"] = static (RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> _) =>
            StringInspectionMethods.IsUpper(PythonText.Str(state.Budget, value)),
        ["odd"] = static (RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => Remainder(state, value, 2, 1),
        ["even"] = static (RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => Remainder(state, value, 2, 0),
        ["divisibleby"] = static (RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> args) => Remainder(state, value, Only(args), 0),
        ["filter"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.IsString && Filters.Find(value.AsString) is not null,
        ["test"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> _) => value.IsString && Find(value.AsString) is not null,
        ["sameas"] = static (RenderState _, in TemplateValue value, ReadOnlySpan<TemplateValue> args) => TemplateValue.Same(value, Only(args)),
        ["in"] = static (RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> args) => Comparison.Contains(state.Budget, Only(args), value),
        ["eq"] = Equal, ["=="] = Equal, ["equalto"] = Equal,
        ["ne"] = NotEqual, ["!="] = NotEqual,
        ["lt"] = Less, ["<"] = Less, ["lessthan"] = Less,
        ["le"] = LessOrEqual, ["<="] = LessOrEqual,
        ["gt"] = Greater, [">"] = Greater, ["greaterthan"] = Greater,
        ["ge"] = GreaterOrEqual, [">="] = GreaterOrEqual,
    }.ToFrozenDictionary();

    public static TestBody? Find(string name) => s_all.GetValueOrDefault(name);

    public static TestBody Get(string name) => Find(name) ?? throw new TemplateError($"No test named '{name}'.");

    private static bool Equal(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> args) =>
        Comparison.AreEqual(state.Budget, value, Only(args));

    private static bool NotEqual(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> args) => !Equal(state, value, args);

    private static bool Less(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> args) =>
        Comparison.OrderHolds(state.Budget, value, Only(args), "<");

    private static bool LessOrEqual(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> args) =>
        Comparison.OrderHolds(state.Budget, value, Only(args), "<=");

    private static bool Greater(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> args) =>
        Comparison.OrderHolds(state.Budget, value, Only(args), ">");

    private static bool GreaterOrEqual(RenderState state, in TemplateValue value, ReadOnlySpan<TemplateValue> args) =>
        Comparison.OrderHolds(state.Budget, value, Only(args), ">=");

    private static bool Remainder(RenderState state, in TemplateValue value, in TemplateValue divisor, long expected) =>
        value.IsString
            ? throw new TemplateError("not all arguments converted during string formatting")
            : Comparison.AreEqual(state.Budget, Arithmetic.Modulo(state.Budget, value, divisor), expected);

    private static TemplateValue Only(ReadOnlySpan<TemplateValue> arguments) =>
        arguments.Length == 1 ? arguments[0] : throw new TemplateError($"the test takes one argument, {arguments.Length} given");
}
