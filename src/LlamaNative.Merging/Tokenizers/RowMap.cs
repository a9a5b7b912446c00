namespace LlamaNative.Merging.Tokenizers;

/// <summary>Where a row of a model's matrix comes from, once it stands in the order of the output's vocabulary.</summary>
internal readonly record struct RowOrigin(RowKind Kind, IReadOnlyList<(int Model, int Row)>? From = null, int Own = -1)
{
    public static RowOrigin Zero { get; } = new(RowKind.Zero);

    public static RowOrigin MeanOfAll { get; } = new(RowKind.MeanOfAll);

    public static RowOrigin OfOwn(int row) => new(RowKind.Own, Own: row);

    /// <summary>The row of another model, or the mean of several models' rows. Models go by their number.</summary>
    public static RowOrigin Of(IReadOnlyList<(int Model, int Row)> rows) => new(RowKind.Others, rows);
}

internal enum RowKind
{
    /// <summary>A row of the model itself.</summary>
    Own,

    /// <summary>The mean of one or more rows of models.</summary>
    Others,

    /// <summary>Zeros.</summary>
    Zero,

    /// <summary>The mean of all the model's rows that are not this (padding).</summary>
    MeanOfAll,
}

/// <summary>The rows of one model's embedding or output matrix in the order of the output's vocabulary.</summary>
internal sealed class RowMap(IReadOnlyList<RowOrigin> rows)
{
    public IReadOnlyList<RowOrigin> Rows { get; } = rows;

    /// <summary>Whether it changes nothing about a matrix of so many rows.</summary>
    public bool IsIdentity(long rowCount) =>
        rowCount == Rows.Count && Rows.Select((row, i) => row.Kind == RowKind.Own && row.Own == i).All(same => same);

    /// <summary>The models it takes rows from, apart from the one it belongs to.</summary>
    public IEnumerable<int> Models => Rows.Where(row => row.From is not null).SelectMany(row => row.From!)
        .Select(from => from.Model).Distinct();
}
