namespace LlamaNative.Chat.Templates;

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

    /// <summary>A scope for a block that is about to run.</summary>
    public Scope NewScope(ScopeLayout layout, Scope parent)
    {
        Budget.AllocateElements(layout.SlotCount + 1);
        return new Scope(layout.SlotCount, parent);
    }

    /// <summary>Runs a block in a scope of its own and gives the text it wrote.</summary>
    public string Capture(Statement body, Scope scope, out Flow flow)
    {
        Scope outerScope = Scope;
        OutputBuffer outerOutput = Output;
        OutputBuffer buffer = _spareBuffers.Count > 0 ? _spareBuffers.Pop() : new OutputBuffer(Budget);
        Scope = scope;
        Output = buffer;
        flow = body.Execute(this);
        Scope = outerScope;
        Output = outerOutput;
        Budget.AllocateText(buffer.Length);
        string text = buffer.ToString();
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
