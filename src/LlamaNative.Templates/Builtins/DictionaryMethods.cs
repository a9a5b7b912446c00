namespace LlamaNative.Templates;

/// <summary>Methods of dict.</summary>
internal static class DictionaryMethods
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("get", 1, ["key", "default"], static (state, in self, args) =>
            self.AsDictionary.TryGet(DictionaryKey.From(state.Budget, args[0]), out TemplateValue value) ? value : Otherwise(args[1])),
        new("items", 0, [], static (state, in self, _) =>
            new TemplateSequence(SequenceKind.Items, Iteration.Pairs(state.Budget, self.AsDictionary))),
        new("keys", 0, [], static (state, in self, _) =>
            new TemplateSequence(SequenceKind.Keys, Iteration.Keys(state.Budget, self.AsDictionary))),
        new("values", 0, [], static (state, in self, _) =>
            new TemplateSequence(SequenceKind.Values, Iteration.Values(state.Budget, self.AsDictionary))),
        new("copy", 0, [], static (state, in self, _) => Copy(state.Budget, self.AsDictionary)),
        new("update", static (state, in self, in args) =>
        {
            Update(state.Budget, self.AsDictionary, args);
            return TemplateValue.None;
        }),
        new("setdefault", 1, ["key", "default"], static (state, in self, args) =>
        {
            DictionaryKey key = DictionaryKey.From(state.Budget, args[0]);
            if (self.AsDictionary.TryGet(key, out TemplateValue value))
            {
                return value;
            }

            state.Budget.Allocate(RenderBudget.EntryBytes);
            self.AsDictionary.Set(key, Otherwise(args[1]));
            return Otherwise(args[1]);
        }),
        new("pop", 1, ["key", "default"], static (state, in self, args) =>
        {
            // Removing an entry moves the ones after it.
            state.Budget.Scan(self.AsDictionary.Count);
            return self.AsDictionary.Remove(DictionaryKey.From(state.Budget, args[0]), out TemplateValue value) ? value
                : args[1].IsMissing ? throw new TemplateError($"no key {PythonRepr.Of(state.Budget, args[0])} to pop")
                : args[1];
        }),
        new("popitem", 0, [], static (_, in self, _) =>
        {
            TemplateDictionary dictionary = self.AsDictionary;
            if (dictionary.Count == 0)
            {
                throw new TemplateError("popitem(): dictionary is empty");
            }

            DictionaryKey key = dictionary.HashKeyAt(dictionary.Count - 1);
            dictionary.Remove(key, out TemplateValue value);
            return TemplateSequence.Tuple(key.Value, value);
        }),
        new("clear", 0, [], static (_, in self, _) =>
        {
            self.AsDictionary.Clear();
            return TemplateValue.None;
        }),
    ];

    /// <summary>Implements <c>dict(mapping or pairs, name=value)</c> and <c>update</c>.</summary>
    public static void Update(RenderBudget budget, TemplateDictionary target, in CallArguments arguments)
    {
        if (arguments.Positional.Length > 1)
        {
            throw new TemplateError($"dict expected at most 1 argument, got {arguments.Positional.Length}");
        }

        if (arguments.Positional is [TemplateValue source])
        {
            AddAll(budget, target, source);
        }

        foreach (KeyValuePair<string, TemplateValue> argument in arguments.Named)
        {
            budget.Allocate(RenderBudget.EntryBytes);
            target.Set(argument.Key, argument.Value);
        }
    }

    private static void AddAll(RenderBudget budget, TemplateDictionary target, in TemplateValue source)
    {
        if (source.Kind == ValueKind.Object && source.AsObject is TemplateNamespace ns)
        {
            AddAll(budget, target, ns.Attributes);
            return;
        }

        List<TemplateValue> pairs = source.IsDictionary ? Iteration.Pairs(budget, source.AsDictionary) : Iteration.Items(budget, source);
        foreach (TemplateValue pair in pairs)
        {
            List<TemplateValue> parts = Iteration.Items(budget, pair);
            if (parts.Count != 2)
            {
                throw new TemplateError($"dictionary update sequence element has length {parts.Count}; 2 is required");
            }

            budget.Allocate(RenderBudget.EntryBytes);
            target.Set(DictionaryKey.From(budget, parts[0]), parts[1]);
        }
    }

    private static TemplateDictionary Copy(RenderBudget budget, TemplateDictionary dictionary)
    {
        budget.Allocate((long)dictionary.Count * RenderBudget.EntryBytes);
        return new TemplateDictionary(dictionary);
    }

    private static TemplateValue Otherwise(in TemplateValue value) => value.IsMissing ? TemplateValue.None : value;
}
