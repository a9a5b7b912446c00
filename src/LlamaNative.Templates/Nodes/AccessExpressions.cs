namespace LlamaNative.Templates;

/// <summary><c>target.name</c></summary>
internal sealed class AttributeExpression(int position, Expression target, string name) : Expression(position)
{
    // message.tool_calls of a message without any is the most frequent undefined value, so it is created once.
    private readonly TemplateValue _missingInDictionary = TemplateValue.UndefinedAttribute(new MissingAttribute("dict", name));
    private readonly bool _isDictionaryMethod = Methods.Find(new TemplateDictionary(), name) is not null;

    public Expression Target => target;

    public string Name => name;

    protected override TemplateValue Compute(RenderState state) => Get(state, target.Evaluate(state));

    public TemplateValue Get(RenderState state, in TemplateValue owner)
    {
        state.Position = Position;
        return !owner.IsDictionary || _isDictionaryMethod ? Access.Attribute(state, owner, name)
            : owner.AsDictionary.TryGet(name, out TemplateValue value) ? value
            : _missingInDictionary;
    }
}

/// <summary><c>target[key]</c></summary>
internal sealed class ItemExpression(int position, Expression target, Expression key) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state)
    {
        TemplateValue owner = target.Evaluate(state);
        TemplateValue keyValue = key.Evaluate(state);
        state.Position = Position;
        return Access.Item(state, owner, keyValue);
    }
}

/// <summary><c>target[start:stop:step]</c></summary>
internal sealed class SliceExpression(int position, Expression target, Expression? start, Expression? stop, Expression? step)
    : Expression(position)
{
    protected override TemplateValue Compute(RenderState state)
    {
        TemplateValue owner = target.Evaluate(state);
        TemplateValue from = start?.Evaluate(state) ?? TemplateValue.None;
        TemplateValue to = stop?.Evaluate(state) ?? TemplateValue.None;
        TemplateValue by = step?.Evaluate(state) ?? TemplateValue.None;
        state.Position = Position;
        return Slicing.Slice(state.Budget, owner, from, to, by);
    }
}
