namespace LlamaNative.Templates;

/// <summary>The parsed parts of a loop.</summary>
internal sealed record ForParts
{
    public required int Position { get; init; }

    public required AssignmentTarget Target { get; init; }

    public required Expression Iterable { get; init; }

    public required Statement Body { get; init; }

    public required ScopeLayout BodyLayout { get; init; }

    /// <summary>The slot of <c>loop</c> in the body's scope.</summary>
    public required int LoopSlot { get; init; }

    /// <summary>The condition of <c>for ... if</c>, evaluated in a separate scope with the loop's targets.</summary>
    public Expression? Filter { get; init; }

    public AssignmentTarget? FilterTarget { get; init; }

    public ScopeLayout? FilterLayout { get; init; }

    public Statement? Else { get; init; }

    public ScopeLayout? ElseLayout { get; init; }

    public bool IsRecursive { get; init; }
}

/// <summary><c>{% for target in iterable if filter %}...{% else %}...{% endfor %}</c></summary>
internal sealed class ForStatement(ForParts parts) : Statement
{
    public override Flow Execute(RenderState state)
    {
        TemplateValue iterable = parts.Iterable.Evaluate(state);
        state.Position = parts.Position;
        if (!parts.IsRecursive)
        {
            return Run(state, iterable, state.Scope, depth: 0);
        }

        state.Output.Append(RunRecursive(state, iterable, state.Scope, depth: 0));
        return Flow.Normal;
    }

    public bool IsRecursive => parts.IsRecursive;

    /// <summary>Implements <c>loop(children)</c>: runs the same loop over other items and returns its text.</summary>
    public TracedText RunRecursive(RenderState state, in TemplateValue iterable, Scope outer, int depth)
    {
        state.EnterCall();
        TracedText text = new Turn(this, iterable, outer, depth).Capture(state, outer, out _);
        state.LeaveCall();
        return text;
    }

    /// <summary>Whether an item satisfies the loop's condition.</summary>
    public bool Accepts(RenderState state, in TemplateValue item, Scope outer)
    {
        if (parts.Filter is null)
        {
            return true;
        }

        Scope current = state.Scope;
        Scope scope = parts.FilterLayout!.NewScope(state, outer);
        parts.FilterTarget!.Assign(state, scope, item);
        state.Scope = scope;
        bool accepts = parts.Filter.Evaluate(state).IsTrue;
        state.Scope = current;
        return accepts;
    }

    private Flow Run(RenderState state, in TemplateValue iterable, Scope outer, int depth)
    {
        Scope current = state.Scope;
        Scope scope = parts.BodyLayout.NewScope(state, outer);
        LoopContext loop = new(this, Iteration.Items(state.Budget, iterable), outer, depth);
        bool completedTurn = false;
        while (loop.MoveNext(state))
        {
            state.Budget.Step(1 + (scope.Slots.Length >> 6));

            // Each iteration starts without the previous one's variables; outer ones become visible again.
            Array.Clear(scope.Slots);
            state.Position = parts.Position;
            parts.Target.Assign(state, scope, loop.Current);
            scope.Slots[parts.LoopSlot] = loop;
            state.Scope = scope;
            Flow flow = parts.Body.Execute(state);
            if (flow == Flow.Break)
            {
                break;
            }

            completedTurn |= flow == Flow.Normal;
        }

        state.Scope = current;
        if (completedTurn || parts.Else is null)
        {
            return Flow.Normal;
        }

        // As in Jinja2, a loop whose iterations all ended in break or continue counts as empty.
        state.Scope = parts.ElseLayout!.NewScope(state, outer);
        Flow elseFlow = parts.Else.Execute(state);
        state.Scope = current;
        return elseFlow;
    }

    private sealed class Turn(ForStatement loop, TemplateValue iterable, Scope outer, int depth) : Statement
    {
        public override Flow Execute(RenderState state) => loop.Run(state, iterable, outer, depth);
    }
}
