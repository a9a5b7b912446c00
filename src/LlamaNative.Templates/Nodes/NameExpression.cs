namespace LlamaNative.Templates;

/// <summary>
/// A variable. The scopes that can define it are known at parse time; the innermost one in which it was assigned wins. The
/// outermost scope has the render variables and global functions.
/// </summary>
internal sealed class NameExpression(int position, string name) : Expression(position)
{
    private (int Hops, int Slot)[] _places = [];

    /// <summary>Resolves the slots once all assignments of the template are known.</summary>
    public void Resolve(ScopeLayout scope)
    {
        List<(int, int)> places = [];
        int hops = 0;
        for (ScopeLayout? layout = scope; layout is not null; layout = layout.Parent, hops++)
        {
            if (layout.Parent is null)
            {
                places.Add((hops, layout.Declare(name)));
            }
            else if (layout.TryGetSlot(name, out int slot))
            {
                places.Add((hops, slot));
            }

            if (layout.Hides(name))
            {
                break;
            }
        }

        _places = [.. places];
    }

    protected override TemplateValue Compute(RenderState state)
    {
        Scope scope = state.Scope;
        int climbed = 0;
        foreach ((int hops, int slot) in _places)
        {
            for (; climbed < hops; climbed++)
            {
                scope = scope.Parent!;
            }

            TemplateValue value = scope.Slots[slot];
            if (!value.IsMissing)
            {
                return value;
            }
        }

        return TemplateValue.UndefinedVariable(name);
    }
}
