namespace LlamaNative.Templates;

/// <summary>Everything one rendering carries along: variables, output, budget, clock and the current position.</summary>
internal sealed class RenderState(RenderBudget budget, TimeProvider clock, Scope root)
{
    private readonly Stack<OutputBuffer> _spareBuffers = new();
    private int _callDepth;

    public RenderBudget Budget { get; } = budget;

    public TimeProvider Clock { get; } = clock;

    public Scope Scope { get; set; } = root;

    public OutputBuffer Output { get; set; } = new(budget);

    /// <summary>The offset in the source of what is being evaluated; an error is reported here.</summary>
    public int Position { get; set; }

    /// <summary>An empty buffer for text that a block writes; <see cref="Return"/> takes it back.</summary>
    public OutputBuffer RentBuffer() => _spareBuffers.Count > 0 ? _spareBuffers.Pop() : new OutputBuffer(Budget);

    /// <summary>Takes back a buffer and gives the text in it.</summary>
    public TracedText Return(OutputBuffer buffer)
    {
        Budget.AllocateText(buffer.Length);
        TracedText text = buffer.ToText();
        buffer.Clear();
        _spareBuffers.Push(buffer);
        return text;
    }

    /// <summary>Counts a call of a macro, caller or recursive loop; <see cref="LeaveCall"/> undoes it.</summary>
    public void EnterCall()
    {
        RenderBudget.EnsureStack();
        if (++_callDepth > Budget.Limits.MaxCallDepth)
        {
            throw new TemplateError($"macros call one another more than {Budget.Limits.MaxCallDepth} deep");
        }
    }

    public void LeaveCall() => _callDepth--;
}
