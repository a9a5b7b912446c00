namespace LlamaNative.Templates;

/// <summary>The target of an assignment or of a <c>for</c> loop.</summary>
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

        // Assignments may modify the list being unpacked.
        TemplateValue[] values = [.. items];
        for (int i = 0; i < values.Length; i++)
        {
            targets[i].Assign(state, scope, values[i]);
        }
    }
}

/// <summary><c>ns.attribute = value</c>; the owner must be a namespace.</summary>
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
