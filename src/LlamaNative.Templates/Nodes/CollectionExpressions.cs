namespace LlamaNative.Templates;

/// <summary>A list or tuple literal; each evaluation creates a new one.</summary>
internal sealed class SequenceExpression(int position, SequenceKind kind, List<Expression> items) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state)
    {
        state.Budget.AllocateElements(items.Count + 6);
        List<TemplateValue> values = new(items.Count);
        foreach (Expression item in items)
        {
            values.Add(item.Evaluate(state));
        }

        return new TemplateSequence(kind, values);
    }
}

internal sealed class DictionaryExpression(int position, List<(Expression Key, Expression Value)> entries) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state)
    {
        state.Budget.Allocate((entries.Count + 2L) * RenderBudget.EntryBytes);
        TemplateDictionary dictionary = new(entries.Count);
        foreach ((Expression key, Expression value) in entries)
        {
            TemplateValue keyValue = key.Evaluate(state);
            state.Position = key.Position;
            DictionaryKey hashed = DictionaryKey.From(state.Budget, keyValue);
            dictionary.Set(hashed, value.Evaluate(state));
        }

        return dictionary;
    }
}
