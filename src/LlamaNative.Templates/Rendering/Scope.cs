namespace LlamaNative.Templates;

/// <summary>
/// The variables of a block being executed. Slots are assigned to names at parse time (<c>ScopeLayout</c>); an unassigned slot
/// is missing, and the lookup continues in the enclosing scope.
/// </summary>
internal sealed class Scope(int slotCount, Scope? parent)
{
    public TemplateValue[] Slots { get; } = slotCount == 0 ? [] : new TemplateValue[slotCount];

    public Scope? Parent { get; } = parent;
}
