namespace LlamaNative.Templates;

/// <summary>
/// The names that one block assigns, each with its slot. As in Jinja2, loops, macros and captured blocks have a
/// scope of their own and <c>if</c> has none.
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

    /// <summary>How many conditions the parser is inside of, within this scope.</summary>
    public int Conditions { get; set; }

    /// <summary>A scope for a block that is about to run.</summary>
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

    /// <summary>Notes that the name is read here.</summary>
    public void Read(string name) => _uses.Add((name, false));

    public bool TryGetSlot(string name, out int slot) => _slots.TryGetValue(name, out slot);

    /// <summary>
    /// Whether the scope's variable hides those outside even while nothing has been assigned to it, so that a loop or macro
    /// inside sees it undefined. Jinja2 decides so when the first thing a block does with a name is to assign it, and no
    /// block around it speaks of that name.
    /// </summary>
    public bool Hides(string name) => _hidden.Contains(name);

    /// <summary>Finds out what is hidden, once the whole template is read: outer blocks first, as inner ones build on them.</summary>
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
