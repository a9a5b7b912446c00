namespace LlamaNative.Templates;

/// <summary>How a statement ended: normally, or by leaving the loop iteration.</summary>
internal enum Flow : byte
{
    Normal,
    Break,
    Continue,
}

/// <summary>A syntax tree node that is executed.</summary>
internal abstract class Statement
{
    public abstract Flow Execute(RenderState state);

    /// <summary>Executes the statement in the given scope and returns the text it wrote.</summary>
    public TracedText Capture(RenderState state, Scope scope, out Flow flow)
    {
        (Scope outerScope, OutputBuffer outerOutput) = (state.Scope, state.Output);
        (state.Scope, state.Output) = (scope, state.RentBuffer());
        flow = Execute(state);
        TracedText text = state.Return(state.Output);
        (state.Scope, state.Output) = (outerScope, outerOutput);
        return text;
    }
}

internal sealed class BlockStatement(List<Statement> statements) : Statement
{
    public override Flow Execute(RenderState state)
    {
        RenderBudget.EnsureStack();
        foreach (Statement statement in statements)
        {
            state.Budget.Step();
            Flow flow = statement.Execute(state);
            if (flow != Flow.Normal)
            {
                return flow;
            }
        }

        return Flow.Normal;
    }
}

internal sealed class TextStatement(string text) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Output.Append(text);
        return Flow.Normal;
    }
}

internal sealed class OutputStatement(Expression expression) : Statement
{
    public override Flow Execute(RenderState state)
    {
        TemplateValue value = expression.Evaluate(state);
        state.Position = expression.Position;
        Write(state, value);
        return Flow.Normal;
    }

    public static void Write(RenderState state, in TemplateValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.String:
                state.Output.Append(value.AsText);
                break;
            case ValueKind.Undefined:
                break;
            default:
                PythonRepr.Write(state.Output, value);
                break;
        }
    }
}

/// <summary><c>{% do expression %}</c></summary>
internal sealed class DoStatement(Expression expression) : Statement
{
    public override Flow Execute(RenderState state)
    {
        expression.Evaluate(state);
        return Flow.Normal;
    }
}

/// <summary><c>{% break %}</c> and <c>{% continue %}</c></summary>
internal sealed class FlowStatement(Flow flow) : Statement
{
    public override Flow Execute(RenderState state) => flow;
}

internal sealed class IfStatement(List<(Expression Test, Statement Body)> branches, Statement? otherwise) : Statement
{
    public override Flow Execute(RenderState state)
    {
        foreach ((Expression test, Statement body) in branches)
        {
            if (test.Evaluate(state).IsTrue)
            {
                return body.Execute(state);
            }
        }

        return otherwise?.Execute(state) ?? Flow.Normal;
    }
}
