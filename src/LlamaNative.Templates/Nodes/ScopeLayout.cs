namespace LlamaNative.Templates;

/// <summary>
/// The names assigned in one block, with their slots. As in Jinja2, loops, macros and captured blocks have their own scope and
/// <c>if</c> does not.
/// </summary>
internal sealed class ScopeLayout
{
    private readonly Dictionary<string, int> _slots = [];
    private readonly List<ScopeLayout> _inner = [];
    private readonly HashSet<string> _known = [];
    private readonly HashSet<string> _hidden = [];
    private readonly List<(string Name, bool Assigns)> _uses = [];

    public ScopeLayout(ScopeLayout? parent)
    {
        Parent = parent;
        parent?._inner.Add(this);
    }

    public ScopeLayout? Parent { get; }

    public int SlotCount => _slots.Count;

    public IReadOnlyDictionary<string, int> Slots => _slots;

    /// <summary>Nesting depth of conditions that the parser is in, within this scope.</summary>
    public int Conditions { get; set; }

    /// <summary>Creates the scope for an execution of the block.</summary>
    public Scope NewScope(RenderState state, Scope parent)
    {
        state.Budget.AllocateElements(SlotCount + 1);
        return new Scope(SlotCount, parent);
    }

    public int Declare(string name)
    {
        _uses.Add((name, Conditions == 0));
        if (!_slots.TryGetValue(name, out int slot))
        {
            slot = _slots.Count;
            _slots.Add(name, slot);
        }

        return slot;
    }

    /// <summary>Records that the name is read here.</summary>
    public void Read(string name) => _uses.Add((name, false));

    public bool TryGetSlot(string name, out int slot) => _slots.TryGetValue(name, out slot);

    /// <summary>
    /// Whether the scope's variable hides outer ones even while unassigned, so that an inner loop or macro sees it as
    /// undefined. In Jinja2 this is the case if the block's first use of the name is an assignment and no enclosing block uses
    /// the name.
    /// </summary>
    public bool Hides(string name) => _hidden.Contains(name);

    /// <summary>
    /// Determines hidden names once the whole template is parsed, outer blocks first, because inner ones depend on them.
    /// </summary>
    public void Settle()
    {
        foreach ((string name, bool assigns) in _uses)
        {
            if (_known.Add(name) && assigns && !(Parent?.Knows(name) ?? false))
            {
                _hidden.Add(name);
            }
        }

        foreach (ScopeLayout inner in _inner)
        {
            inner.Settle();
        }
    }

    private bool Knows(string name) => _known.Contains(name) || (Parent?.Knows(name) ?? false);
}
