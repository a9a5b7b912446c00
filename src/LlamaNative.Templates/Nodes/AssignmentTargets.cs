namespace LlamaNative.Templates;

/// <summary>What stands left of an assignment or behind <c>for</c>.</summary>
internal abstract class AssignmentTarget
{
    public abstract void Assign(RenderState state, Scope scope, in TemplateValue value);
}

internal sealed class NameTarget(int slot) : AssignmentTarget
{
    public override void Assign(RenderState state, Scope scope, in TemplateValue value) => scope.Slots[slot] = value;
}

/// <summary><c>a, b = value</c></summary>
internal sealed class TupleTarget(List<AssignmentTarget> targets) : AssignmentTarget
{
    public override void Assign(RenderState state, Scope scope, in TemplateValue value)
    {
        List<TemplateValue> items = Iteration.IsIterable(value)
            ? Iteration.Items(state.Budget, value)
            : throw new TemplateError($"cannot unpack non-iterable {value.TypeName} object");
        if (items.Count != targets.Count)
        {
            throw new TemplateError(items.Count > targets.Count
                ? $"too many values to unpack (expected {targets.Count})"
                : $"not enough values to unpack (expected {targets.Count}, got {items.Count})");
        }

        // Assigning may change the list that is being unpacked.
        TemplateValue[] values = [.. items];
        for (int i = 0; i < values.Length; i++)
        {
            targets[i].Assign(state, scope, values[i]);
        }
    }
}

/// <summary><c>ns.attribute = value</c>, where only a namespace may stand left of the dot.</summary>
internal sealed class NamespaceTarget(NameExpression owner, string attribute) : AssignmentTarget
{
    public override void Assign(RenderState state, Scope scope, in TemplateValue value)
    {
        TemplateValue target = owner.Evaluate(state);
        state.Position = owner.Position;
        if (target.Kind != ValueKind.Object || target.AsObject is not TemplateNamespace ns)
        {
            throw new TemplateError("cannot assign attribute on non-namespace object");
        }

        state.Budget.Allocate(RenderBudget.EntryBytes);
        ns.Attributes.Set(attribute, value);
    }
}
