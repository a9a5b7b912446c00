namespace LlamaNative.Templates;

/// <summary>A body that receives its arguments in parameter order; omitted ones are missing.</summary>
internal delegate TemplateValue BoundBody(RenderState state, in TemplateValue self, ReadOnlySpan<TemplateValue> arguments);

/// <summary>A body that receives its arguments unprocessed.</summary>
internal delegate TemplateValue FreeBody(RenderState state, in TemplateValue self, in CallArguments arguments);

/// <summary>
/// A filter, method or function of the language. <c>self</c> is the filtered value or the method's object; parameters may be
/// passed by position or by name.
/// </summary>
internal sealed class Builtin
{
    private readonly string[] _parameters = [];
    private readonly int _required;
    private readonly BoundBody? _bound;
    private readonly FreeBody? _free;

    public Builtin(string name, int required, string[] parameters, BoundBody body)
    {
        Name = name;
        _required = required;
        _parameters = parameters;
        _bound = body;
    }

    public Builtin(string name, FreeBody body)
    {
        Name = name;
        _free = body;
    }

    public string Name { get; }

    public TemplateValue Invoke(RenderState state, in TemplateValue self, in CallArguments arguments)
    {
        // Every operation on a text scans it at least once.
        state.Budget.Scan(self.IsString ? self.AsString.Length : 0);
        if (_bound is null)
        {
            return _free!(state, self, arguments);
        }

        bool fits = arguments.Named.Length == 0 && arguments.Positional.Length == _parameters.Length;
        return _bound(state, self, fits ? arguments.Positional : Bind(arguments));
    }

    private TemplateValue[] Bind(in CallArguments arguments)
    {
        if (arguments.Positional.Length > _parameters.Length)
        {
            throw new TemplateError($"{Name}() takes at most {_parameters.Length} arguments ({arguments.Positional.Length} given)");
        }

        TemplateValue[] bound = new TemplateValue[_parameters.Length];
        arguments.Positional.CopyTo(bound, 0);
        foreach (KeyValuePair<string, TemplateValue> argument in arguments.Named)
        {
            int index = Array.IndexOf(_parameters, argument.Key);
            if (index < 0 || !bound[index].IsMissing)
            {
                throw new TemplateError(index < 0
                    ? $"{Name}() got an unexpected keyword argument '{argument.Key}'"
                    : $"{Name}() got multiple values for argument '{argument.Key}'");
            }

            bound[index] = argument.Value;
        }

        for (int i = 0; i < _required; i++)
        {
            if (bound[i].IsMissing)
            {
                throw new TemplateError($"{Name}() missing required argument '{_parameters[i]}'");
            }
        }

        return bound;
    }
}

/// <summary>A builtin as a value: a global function.</summary>
internal sealed class BuiltinFunction(Builtin builtin) : TemplateCallable
{
    public override string TypeName => "function";

    public override TemplateValue Invoke(RenderState state, in CallArguments arguments) => builtin.Invoke(state, default, arguments);
}

/// <summary>A method bound to its object, as in <c>set f = text.strip</c>.</summary>
internal sealed class BoundMethod(Builtin builtin, TemplateValue self) : TemplateCallable
{
    public override string TypeName => "builtin_function_or_method";

    public override TemplateValue Invoke(RenderState state, in CallArguments arguments) => builtin.Invoke(state, self, arguments);
}
