namespace LlamaNative.Grammars.Schemas;

/// <summary>Constraints on an array: positional items, further items (null if unspecified), and the number of items.</summary>
internal sealed record ArrayShape(IReadOnlyList<SchemaSet> Prefix, SchemaSet? Items, int? Minimum, int? Maximum)
{
    public static ArrayShape Any { get; } = new([], null, null, null);

    public string Key => $"{string.Join(',', Prefix.Select(item => item.Key))};{Items?.Key ?? "-"};{Minimum};{Maximum}";

    /// <summary>The schemas that apply to the item at an index.</summary>
    public SchemaSet At(int index) => index < Prefix.Count ? Prefix[index] : Items ?? SchemaSet.Any;

    public ArrayShape And(ArrayShape other)
    {
        if (ReferenceEquals(this, Any) || ReferenceEquals(other, Any))
        {
            return ReferenceEquals(this, Any) ? other : this;
        }

        int positions = Math.Max(Prefix.Count, other.Prefix.Count);
        return new ArrayShape(
            [.. Enumerable.Range(0, positions).Select(i => At(i).And(other.At(i)))],
            Items is null ? other.Items : other.Items is null ? Items : Items.And(other.Items),
            Minimum is null ? other.Minimum : Math.Max(Minimum.Value, other.Minimum ?? 0),
            Maximum is null ? other.Maximum : Math.Min(Maximum.Value, other.Maximum ?? int.MaxValue));
    }
}
