namespace LlamaNative.Templates;

/// <summary>A parsed macro, or the body of <c>{% call %}</c>.</summary>
internal sealed record MacroDefinition
{
    public required string Name { get; init; }

    public required List<(string Name, int Slot, Expression? Default)> Parameters { get; init; }

    public required Statement Body { get; init; }

    public required ScopeLayout Layout { get; init; }

    /// <summary>The slot of <c>caller</c>, or -1 if the body does not use it; likewise for the two below.</summary>
    public required int CallerSlot { get; init; }

    public required int ExtraPositionalSlot { get; init; }

    public required int ExtraNamedSlot { get; init; }
}

/// <summary><c>{% macro name(parameters) %}...{% endmacro %}</c></summary>
internal sealed class MacroStatement(MacroDefinition definition, int slot) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Scope.Slots[slot] = new Macro(definition, state.Scope);
        return Flow.Normal;
    }
}

/// <summary><c>{% call(parameters) macro(arguments) %}...{% endcall %}</c></summary>
internal sealed class CallBlockStatement(MacroDefinition caller, CallExpression call) : Statement
{
    public override Flow Execute(RenderState state)
    {
        TemplateValue result = call.Call(state, new Macro(caller, state.Scope));
        OutputStatement.Write(state, result);
        return Flow.Normal;
    }
}
