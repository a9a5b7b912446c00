namespace LlamaNative.Templates;

/// <summary>The state of one rendering: variables, output, budget, clock and the current position.</summary>
internal sealed class RenderState(RenderBudget budget, TimeProvider clock, Scope root)
{
    private readonly Stack<OutputBuffer> _spareBuffers = new();
    private int _callDepth;

    public RenderBudget Budget { get; } = budget;

    public TimeProvider Clock { get; } = clock;

    public Scope Scope { get; set; } = root;

    public OutputBuffer Output { get; set; } = new(budget);

    /// <summary>The source offset of the node being evaluated, used for error positions.</summary>
    public int Position { get; set; }

    /// <summary>Rents an empty buffer for the text of a block; <see cref="Return"/> returns it to the pool.</summary>
    public OutputBuffer RentBuffer() => _spareBuffers.Count > 0 ? _spareBuffers.Pop() : new OutputBuffer(Budget);

    /// <summary>Returns a buffer to the pool and yields its text.</summary>
    public TracedText Return(OutputBuffer buffer)
    {
        Budget.AllocateText(buffer.Length);
        TracedText text = buffer.ToText();
        buffer.Clear();
        _spareBuffers.Push(buffer);
        return text;
    }

    /// <summary>Enters a macro, caller or recursive loop and checks the call depth; <see cref="LeaveCall"/> exits it.</summary>
    public void EnterCall()
    {
        RenderBudget.EnsureStack();
        if (++_callDepth > Budget.Limits.MaxCallDepth)
        {
            throw new TemplateError(
                $"macro calls are nested more than {Budget.Limits.MaxCallDepth} levels deep (TemplateLimits.MaxCallDepth)");
        }
    }

    public void LeaveCall() => _callDepth--;
}
