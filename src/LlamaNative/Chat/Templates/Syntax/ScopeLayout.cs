namespace LlamaNative.Chat.Templates;

/// <summary>
/// The names that one block assigns, each with its slot. As in Jinja2, loops, macros and captured blocks have a
/// scope of their own and <c>if</c> has none.
/// </summary>
internal sealed class ScopeLayout(ScopeLayout? parent)
{
    private readonly Dictionary<string, int> _slots = [];

    public ScopeLayout? Parent { get; } = parent;

    public int SlotCount => _slots.Count;

    public IReadOnlyDictionary<string, int> Slots => _slots;

    public int Declare(string name)
    {
        if (!_slots.TryGetValue(name, out int slot))
        {
            slot = _slots.Count;
            _slots.Add(name, slot);
        }

        return slot;
    }

    public bool TryGetSlot(string name, out int slot) => _slots.TryGetValue(name, out slot);
}
