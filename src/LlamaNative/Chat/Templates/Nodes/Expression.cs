namespace LlamaNative.Chat.Templates;

/// <summary>A node of the syntax tree that has a value.</summary>
internal abstract class Expression(int position)
{
    /// <summary>The offset in the source at which an error of this node is reported.</summary>
    public int Position { get; } = position;

    /// <summary>The height of the tree below; the parser bounds it, so evaluating cannot exhaust the stack.</summary>
    public int Depth { get; set; } = 1;

    public abstract TemplateValue Evaluate(RenderState state);
}

internal sealed class ConstantExpression(int position, TemplateValue value) : Expression(position)
{
    public override TemplateValue Evaluate(RenderState state) => value;
}
