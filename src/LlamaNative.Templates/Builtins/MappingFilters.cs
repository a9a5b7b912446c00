namespace LlamaNative.Templates;

/// <summary>Filters for dictionaries and single values.</summary>
internal static class MappingFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("items", 0, [], static (state, in self, _) =>
            self.IsDictionary ? TemplateSequence.Generator(Iteration.Pairs(state.Budget, self.AsDictionary))
            : self.IsUndefined ? TemplateSequence.Generator([])
            : throw new TemplateError("Can only get item pairs from a mapping.")),
        new("attr", 1, ["name"], static (state, in self, args) =>
        {
            TemplateValue attribute = self.IsUndefined
                ? throw ValueError.Undefined(self)
                : Access.OwnAttribute(state, self, Argument.Text(args[0]).Text);
            return attribute.IsMissing
                ? TemplateValue.UndefinedAttribute(new MissingAttribute(self.TypeName, args[0].AsString))
                : attribute;
        }),
        new("default", 0, ["default_value", "boolean"], Default),
        new("d", 0, ["default_value", "boolean"], Default),
    ];

    private static TemplateValue Default(RenderState state, in TemplateValue self, ReadOnlySpan<TemplateValue> arguments)
    {
        bool replaces = self.IsUndefined || (Argument.Flag(arguments[1]) && !self.IsTrue);
        return !replaces ? self : arguments[0].IsMissing ? TemplateValue.EmptyString : arguments[0];
    }
}
