namespace LlamaNative.Templates;

/// <summary>
/// Methods of list. Hugging Face's sandbox forbids those that modify the list, llama.cpp allows them; they are allowed here
/// because templates of released models use append.
/// </summary>
internal static class ListMethods
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("append", 1, ["object"], static (state, in self, args) =>
        {
            state.Budget.AllocateElements(3);
            self.AsSequence.Items.Add(args[0]);
            return TemplateValue.None;
        }),
        new("extend", 1, ["iterable"], static (state, in self, args) =>
        {
            self.AsSequence.Items.AddRange(Iteration.Copy(state.Budget, args[0]));
            return TemplateValue.None;
        }),
        new("insert", 2, ["index", "object"], static (state, in self, args) =>
        {
            List<TemplateValue> items = self.AsSequence.Items;
            state.Budget.AllocateElements(1);
            state.Budget.Scan(items.Count);
            long index = Argument.Integer(args[0]);
            items.Insert((int)Math.Clamp(index < 0 ? index + items.Count : index, 0, items.Count), args[1]);
            return TemplateValue.None;
        }),
        new("pop", 0, ["index"], static (state, in self, args) =>
        {
            List<TemplateValue> items = self.AsSequence.Items;
            long index = Argument.Integer(args[0], -1);
            index = index < 0 ? index + items.Count : index;
            if (index < 0 || index >= items.Count)
            {
                throw new TemplateError(items.Count == 0 ? "pop from empty list" : "pop index out of range");
            }

            state.Budget.Scan(items.Count);
            TemplateValue item = items[(int)index];
            items.RemoveAt((int)index);
            return item;
        }),
        new("remove", 1, ["value"], static (state, in self, args) =>
        {
            int index = Comparison.IndexOf(state.Budget, self.AsSequence.Items, args[0]);
            if (index < 0)
            {
                throw new TemplateError("list.remove(x): x not in list");
            }

            self.AsSequence.Items.RemoveAt(index);
            return TemplateValue.None;
        }),
        new("clear", 0, [], static (_, in self, _) =>
        {
            self.AsSequence.Items.Clear();
            return TemplateValue.None;
        }),
        new("reverse", 0, [], static (state, in self, _) =>
        {
            state.Budget.Step(self.AsSequence.Items.Count);
            self.AsSequence.Items.Reverse();
            return TemplateValue.None;
        }),
        new("sort", 0, ["reverse"], static (state, in self, args) =>
        {
            List<TemplateValue> items = self.AsSequence.Items;
            List<TemplateValue> sorted = Sorting.Sort(state.Budget, items, static item => item, Argument.Flag(args[0]));
            items.Clear();
            items.AddRange(sorted);
            return TemplateValue.None;
        }),
        new("copy", 0, [], static (state, in self, _) => TemplateSequence.List(Iteration.Copy(state.Budget, self))),
        new("index", 1, ["value", "start"], static (state, in self, args) =>
        {
            List<TemplateValue> items = self.AsSequence.Items;
            long start = Argument.Integer(args[1], 0);
            start = start < 0 ? Math.Max(0, start + items.Count) : Math.Min(start, items.Count);
            int index = Comparison.IndexOf(state.Budget, items, args[0], (int)start);
            return index >= 0 ? index : throw new TemplateError($"{PythonRepr.Of(state.Budget, args[0])} is not in list");
        }),
        new("count", 1, ["value"], static (state, in self, args) =>
        {
            long count = 0;
            foreach (TemplateValue item in self.AsSequence.Items)
            {
                count += Comparison.AreEqual(state.Budget, item, args[0]) ? 1 : 0;
            }

            return count;
        }),
    ];
}
