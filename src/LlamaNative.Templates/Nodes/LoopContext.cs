namespace LlamaNative.Templates;

/// <summary>
/// The variable <c>loop</c>. Items are examined only when needed, because the body may change what the loop's condition returns
/// for later ones.
/// </summary>
internal sealed class LoopContext(ForStatement statement, List<TemplateValue> items, Scope outer, int depth) : TemplateCallable
{
    private readonly Queue<TemplateValue> _accepted = new();
    private RenderState? _state;
    private int _next;
    private long _index0 = -1;
    private long? _length;
    private TemplateValue _previous;
    private TemplateValue[]? _lastChanged;

    public override string TypeName => "LoopContext";

    public TemplateValue Current { get; private set; }

    public override long? Length => Count;

    private long Count => _length ??= CountAll();

    public bool MoveNext(RenderState state)
    {
        _state = state;
        if (!Peek(out TemplateValue item))
        {
            return false;
        }

        _accepted.Dequeue();
        _previous = Current;
        Current = item;
        _index0++;
        return true;
    }

    public override TemplateValue GetAttribute(string name) => name switch
    {
        "index" => _index0 + 1,
        "index0" => _index0,
        "revindex" => Count - _index0,
        "revindex0" => Count - _index0 - 1,
        "first" => _index0 == 0,
        "last" => !Peek(out _),
        "length" => Count,
        "depth" => depth + 1,
        "depth0" => depth,
        "previtem" => _index0 == 0 ? TemplateValue.UndefinedBecause("there is no previous item") : _previous,
        "nextitem" => Peek(out TemplateValue next) ? next : TemplateValue.UndefinedBecause("there is no next item"),
        "cycle" => new BuiltinFunction(new Builtin("cycle", (_, in _, in arguments) =>
            arguments.Positional.Length == 0
                ? throw new TemplateError("no items for cycling given")
                : arguments.Positional[_index0 % arguments.Positional.Length])),
        "changed" => new BuiltinFunction(new Builtin("changed", Changed)),
        _ => default,
    };

    /// <summary><c>loop(children)</c> in a recursive loop.</summary>
    public override TemplateValue Invoke(RenderState state, in CallArguments arguments) =>
        !statement.IsRecursive ? throw new TemplateError("The loop must have the 'recursive' marker to be called recursively.")
        : arguments.Positional is [TemplateValue iterable] ? statement.RunRecursive(state, iterable, outer, depth + 1)
        : throw new TemplateError("loop() takes one argument");

    private bool Peek(out TemplateValue item)
    {
        while (_accepted.Count == 0 && _next < items.Count)
        {
            TemplateValue candidate = items[_next++];
            _state!.Budget.Step();
            if (statement.Accepts(_state, candidate, outer))
            {
                _accepted.Enqueue(candidate);
            }
        }

        return _accepted.TryPeek(out item);
    }

    private long CountAll()
    {
        while (_next < items.Count)
        {
            TemplateValue candidate = items[_next++];
            _state!.Budget.AllocateElements(1);
            if (statement.Accepts(_state, candidate, outer))
            {
                _accepted.Enqueue(candidate);
            }
        }

        return _index0 + 1 + _accepted.Count;
    }

    private TemplateValue Changed(RenderState state, in TemplateValue self, in CallArguments arguments)
    {
        TemplateValue[] now = arguments.Positional;
        bool same = _lastChanged is not null && _lastChanged.Length == now.Length;
        for (int i = 0; same && i < now.Length; i++)
        {
            same = Comparison.AreEqual(state.Budget, now[i], _lastChanged![i]);
        }

        _lastChanged = now;
        return !same;
    }
}
