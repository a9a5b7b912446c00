namespace LlamaNative.Templates;

/// <summary>
/// The variables of one running block. Which name has which slot was settled at parse time
/// (<c>ScopeLayout</c>); a slot nothing was assigned to yet is missing, and the lookup goes on outside.
/// </summary>
internal sealed class Scope(int slotCount, Scope? parent)
{
    public TemplateValue[] Slots { get; } = slotCount == 0 ? [] : new TemplateValue[slotCount];

    public Scope? Parent { get; } = parent;
}
