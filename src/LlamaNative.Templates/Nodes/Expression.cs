namespace LlamaNative.Templates;

/// <summary>A syntax tree node that has a value.</summary>
internal abstract class Expression(int position)
{
    private const int UnguardedDepth = 8;

    /// <summary>The source offset for errors of this node.</summary>
    public int Position { get; } = position;

    /// <summary>The height of the subtree, which the parser limits.</summary>
    public int Depth { get; set; } = 1;

    public TemplateValue Evaluate(RenderState state)
    {
        // Only deep expressions need the check, so that they cannot exhaust the stack.
        if (Depth > UnguardedDepth)
        {
            RenderBudget.EnsureStack();
        }

        return Compute(state);
    }

    protected abstract TemplateValue Compute(RenderState state);
}

internal sealed class ConstantExpression(int position, TemplateValue value) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state) => value;
}
