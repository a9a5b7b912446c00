using System.Collections.Frozen;

namespace LlamaNative.Templates;

/// <summary>The methods of Python's str, list, tuple and dict by name.</summary>
internal static class Methods
{
    private static readonly FrozenDictionary<string, Builtin> s_string =
        StringMethods.All.Concat(StringInspectionMethods.All).ToFrozenDictionary(method => method.Name);

    private static readonly FrozenDictionary<string, Builtin> s_list = ListMethods.All.ToFrozenDictionary(method => method.Name);

    private static readonly FrozenDictionary<string, Builtin> s_tuple =
        ListMethods.All.Where(method => method.Name is "index" or "count").ToFrozenDictionary(method => method.Name);

    private static readonly FrozenDictionary<string, Builtin> s_dictionary =
        DictionaryMethods.All.ToFrozenDictionary(method => method.Name);

    public static Builtin? Find(in TemplateValue target, string name) => target.Kind switch
    {
        ValueKind.String => s_string.GetValueOrDefault(name),
        ValueKind.Dictionary => s_dictionary.GetValueOrDefault(name),
        ValueKind.Sequence when target.AsSequence.Kind == SequenceKind.List => s_list.GetValueOrDefault(name),
        ValueKind.Sequence when target.AsSequence.IsIndexable => s_tuple.GetValueOrDefault(name),
        _ => null,
    };
}
