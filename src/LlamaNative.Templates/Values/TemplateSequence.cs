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
    /// What a lazy filter (map, select, ...) gives. Python's generator can be walked once and has no length; here
    /// it is a list already, so <c>length</c> and <c>tojson</c> work where Python would fail.
    /// </summary>
    Generator,

    /// <summary>A pair (grouper, list) of <c>groupby</c>.</summary>
    Group,
}

/// <summary>A list, tuple, range, dictionary view or the result of a lazy filter.</summary>
internal sealed class TemplateSequence(SequenceKind kind, List<TemplateValue> items)
{
    public SequenceKind Kind { get; } = kind;

    public List<TemplateValue> Items { get; } = items;

    /// <summary>How a range prints itself; null for everything else.</summary>
    public string? RangeText { get; init; }

    public bool IsTuple => Kind is SequenceKind.Tuple or SequenceKind.Group;

    /// <summary>Whether Python lets it be subscripted.</summary>
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
