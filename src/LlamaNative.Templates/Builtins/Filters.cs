using System.Collections.Frozen;

namespace LlamaNative.Templates;

/// <summary>The filters by name.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Builtin> s_all = new[]
    {
        TextFilters.All, NumberFilters.All, SequenceFilters.All, OrderFilters.All, SelectionFilters.All, MappingFilters.All,
    }.SelectMany(static group => group).ToFrozenDictionary(static filter => filter.Name);

    public static Builtin? Find(string name) => s_all.GetValueOrDefault(name);

    public static Builtin Get(string name) => Find(name) ?? throw new TemplateError($"No filter named '{name}'.");
}
