namespace LlamaNative.Templates;

internal enum SequenceKind : byte
{
    List,
    Tuple,
    Range,
    Keys,
    Values,
    Items,

    /// <summary>
    /// The result of a lazy filter (map, select, ...). Python's generator can be iterated once and has no length; here it is a
    /// list, so <c>length</c> and <c>tojson</c> work where Python would fail.
    /// </summary>
    Generator,

    /// <summary>A pair (grouper, list) from <c>groupby</c>.</summary>
    Group,
}

/// <summary>A list, tuple, range, dictionary view or the result of a lazy filter.</summary>
internal sealed class TemplateSequence(SequenceKind kind, List<TemplateValue> items)
{
    public SequenceKind Kind { get; } = kind;

    public List<TemplateValue> Items { get; } = items;

    /// <summary>The printed form of a range; null for other sequences.</summary>
    public string? RangeText { get; init; }

    public bool IsTuple => Kind is SequenceKind.Tuple or SequenceKind.Group;

    /// <summary>Whether Python allows subscripts on it.</summary>
    public bool IsIndexable => Kind is SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range or SequenceKind.Group;

    public string TypeName => Kind switch
    {
        SequenceKind.List => "list",
        SequenceKind.Tuple or SequenceKind.Group => "tuple",
        SequenceKind.Range => "range",
        SequenceKind.Keys => "dict_keys",
        SequenceKind.Values => "dict_values",
        SequenceKind.Items => "dict_items",
        _ => "generator",
    };

    public static TemplateSequence List(List<TemplateValue> items) => new(SequenceKind.List, items);

    public static TemplateSequence Generator(List<TemplateValue> items) => new(SequenceKind.Generator, items);

    public static TemplateSequence Tuple(params List<TemplateValue> items) => new(SequenceKind.Tuple, items);
}
