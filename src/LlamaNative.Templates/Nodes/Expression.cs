namespace LlamaNative.Templates;

/// <summary>A node of the syntax tree that has a value.</summary>
internal abstract class Expression(int position)
{
    private const int UnguardedDepth = 8;

    /// <summary>The offset in the source at which an error of this node is reported.</summary>
    public int Position { get; } = position;

    /// <summary>The height of the tree from here down, which the parser bounds.</summary>
    public int Depth { get; set; } = 1;

    public TemplateValue Evaluate(RenderState state)
    {
        // Few expressions are as deep as this; those that are must not exhaust the stack.
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
