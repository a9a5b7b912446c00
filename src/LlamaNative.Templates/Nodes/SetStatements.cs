namespace LlamaNative.Templates;

/// <summary><c>{% set target = value %}</c></summary>
internal sealed class SetStatement(int position, AssignmentTarget target, Expression value) : Statement
{
    public override Flow Execute(RenderState state)
    {
        TemplateValue assigned = value.Evaluate(state);
        state.Position = position;
        target.Assign(state, state.Scope, assigned);
        return Flow.Normal;
    }
}

/// <summary><c>{% set target | filter %}...{% endset %}</c></summary>
internal sealed class SetBlockStatement(int position, AssignmentTarget target, FilterExpression? filter,
    Statement body, ScopeLayout layout) : Statement
{
    public override Flow Execute(RenderState state)
    {
        Scope scope = layout.NewScope(state, state.Scope);
        TracedText text = body.Capture(state, scope, out Flow flow);
        if (flow == Flow.Normal)
        {
            TemplateValue value = filter is null ? text : filter.ApplyToBlock(state, scope, text);
            state.Position = position;
            target.Assign(state, state.Scope, value);
        }

        return flow;
    }
}

/// <summary><c>{% filter name %}...{% endfilter %}</c></summary>
internal sealed class FilterBlockStatement(FilterExpression filter, Statement body, ScopeLayout layout) : Statement
{
    public override Flow Execute(RenderState state)
    {
        Scope scope = layout.NewScope(state, state.Scope);
        TracedText text = body.Capture(state, scope, out Flow flow);
        if (flow == Flow.Normal)
        {
            OutputStatement.Write(state, filter.ApplyToBlock(state, scope, text));
        }

        return flow;
    }
}

/// <summary>
/// <c>{% with a = 1 %}...{% endwith %}</c>; without assignments, any other block with its own scope, such as Hugging Face's
/// <c>{% generation %}</c>, which marks assistant text for training.
/// </summary>
internal sealed class WithStatement(List<(AssignmentTarget Target, Expression Value)> assignments, Statement body,
    ScopeLayout layout) : Statement
{
    public override Flow Execute(RenderState state)
    {
        Scope outer = state.Scope;
        Scope scope = layout.NewScope(state, outer);
        foreach ((AssignmentTarget target, Expression value) in assignments)
        {
            TemplateValue assigned = value.Evaluate(state);
            state.Position = value.Position;
            target.Assign(state, scope, assigned);
        }

        state.Scope = scope;
        Flow flow = body.Execute(state);
        state.Scope = outer;
        return flow;
    }
}
