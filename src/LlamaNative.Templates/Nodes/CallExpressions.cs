namespace LlamaNative.Templates;

/// <summary>The arguments of a call in source order, including <c>*list</c> and <c>**dict</c>.</summary>
internal sealed class ArgumentList(
    List<Expression> positional, List<(string Name, Expression Value)> named, Expression? spreadList, Expression? spreadDictionary)
{
    public static ArgumentList Empty { get; } = new([], [], null, null);

    public IEnumerable<Expression?> Expressions =>
        [.. positional, .. named.Select(static argument => argument.Value), spreadList, spreadDictionary];

    public CallArguments Evaluate(RenderState state, TemplateValue caller = default)
    {
        TemplateValue[] values = positional.Count == 0 ? [] : new TemplateValue[positional.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = positional[i].Evaluate(state);
        }

        if (spreadList is not null)
        {
            values = [.. values, .. Iteration.Copy(state.Budget, spreadList.Evaluate(state))];
        }

        bool isPlain = named.Count == 0 && spreadDictionary is null && caller.IsMissing;
        return new CallArguments(values, isPlain ? [] : [.. EvaluateNamed(state, caller)]);
    }

    private List<KeyValuePair<string, TemplateValue>> EvaluateNamed(RenderState state, in TemplateValue caller)
    {
        List<KeyValuePair<string, TemplateValue>> values = [];
        foreach ((string name, Expression value) in named)
        {
            values.Add(new(name, value.Evaluate(state)));
        }

        if (spreadDictionary is not null)
        {
            TemplateValue spread = spreadDictionary.Evaluate(state);
            if (!spread.IsDictionary)
            {
                throw new TemplateError($"argument after ** must be a mapping, not {spread.TypeName}");
            }

            for (int i = 0; i < spread.AsDictionary.Count; i++)
            {
                state.Budget.AllocateElements(1);
                values.Add(new(Argument.Text(spread.AsDictionary.KeyAt(i)).Text, spread.AsDictionary.ValueAt(i)));
            }
        }

        if (!caller.IsMissing)
        {
            values.Add(new("caller", caller));
        }

        return values;
    }
}

/// <summary><c>callee(arguments)</c></summary>
internal sealed class CallExpression(int position, Expression callee, ArgumentList arguments) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state) => Call(state, default);

    /// <summary>Calls with the body of <c>{% call %}</c> as the argument <c>caller</c>.</summary>
    public TemplateValue Call(RenderState state, TemplateValue caller)
    {
        TemplateValue function;
        if (callee is AttributeExpression attribute)
        {
            // Methods are invoked directly, without allocating a bound method.
            TemplateValue target = attribute.Target.Evaluate(state);
            if (Methods.Find(target, attribute.Name) is { } method)
            {
                CallArguments methodArguments = arguments.Evaluate(state, caller);
                state.Position = attribute.Position;
                return method.Invoke(state, target, methodArguments);
            }

            function = attribute.Get(state, target);
        }
        else
        {
            function = callee.Evaluate(state);
        }

        CallArguments values = arguments.Evaluate(state, caller);
        state.Position = Position;
        return function.Kind == ValueKind.Object && function.AsObject is TemplateCallable callable
            ? callable.Invoke(state, values)
            : throw (function.IsUndefined
                ? ValueError.Undefined(function)
                : new TemplateError($"'{function.TypeName}' object is not callable"));
    }
}

/// <summary><c>value | name(arguments)</c>; without a value, the filter of a block.</summary>
internal sealed class FilterExpression(int position, Expression? value, string name, ArgumentList arguments) : Expression(position)
{
    // As in Jinja2, a branch that is not executed may use a filter that does not exist.
    private readonly Builtin? _filter = Filters.Find(name);

    protected override TemplateValue Compute(RenderState state) => Apply(state, value!.Evaluate(state));

    /// <summary>
    /// Applies the filter, and those before it in a chain, to a block's text; arguments are evaluated in the block's scope.
    /// </summary>
    public TemplateValue ApplyToBlock(RenderState state, Scope block, TemplateValue text)
    {
        RenderBudget.EnsureStack();
        TemplateValue input = value is FilterExpression earlier ? earlier.ApplyToBlock(state, block, text) : text;
        Scope outer = state.Scope;
        state.Scope = block;
        TemplateValue result = Apply(state, input);
        state.Scope = outer;
        return result;
    }

    private TemplateValue Apply(RenderState state, in TemplateValue input)
    {
        CallArguments values = arguments.Evaluate(state);
        state.Position = Position;
        return (_filter ?? Filters.Get(name)).Invoke(state, input, values);
    }
}

/// <summary><c>value is name(arguments)</c></summary>
internal sealed class TestExpression(int position, Expression value, string name, ArgumentList arguments) : Expression(position)
{
    private readonly Test? _test = Tests.Find(name);

    protected override TemplateValue Compute(RenderState state)
    {
        TemplateValue subject = value.Evaluate(state);
        CallArguments values = arguments.Evaluate(state);
        state.Position = Position;
        return (_test ?? Tests.Get(name)).Holds(state, subject, values);
    }
}
