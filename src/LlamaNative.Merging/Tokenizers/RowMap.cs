namespace LlamaNative.Merging.Tokenizers;

/// <summary>The origin of a row of a model's matrix in output vocabulary order.</summary>
internal readonly record struct RowOrigin(RowKind Kind, IReadOnlyList<(int Model, int Row)>? From = null, int Own = -1)
{
    public static RowOrigin Zero { get; } = new(RowKind.Zero);

    public static RowOrigin MeanOfAll { get; } = new(RowKind.MeanOfAll);

    public static RowOrigin OfOwn(int row) => new(RowKind.Own, Own: row);

    /// <summary>The row of another model, or the mean of several models' rows. Models are given by index.</summary>
    public static RowOrigin Of(IReadOnlyList<(int Model, int Row)> rows) => new(RowKind.Others, rows);
}

internal enum RowKind
{
    /// <summary>A row of the same model.</summary>
    Own,

    /// <summary>The mean of one or more rows of other models.</summary>
    Others,

    /// <summary>Zeros.</summary>
    Zero,

    /// <summary>The mean of all rows of the model that are not themselves padding.</summary>
    MeanOfAll,
}

/// <summary>The origins of the rows of one model's embedding or output matrix, in output vocabulary order.</summary>
internal sealed class RowMap(IReadOnlyList<RowOrigin> rows)
{
    public IReadOnlyList<RowOrigin> Rows { get; } = rows;

    /// <summary>Whether the map leaves a matrix with this many rows unchanged.</summary>
    public bool IsIdentity(long rowCount) =>
        rowCount == Rows.Count && Rows.Select((row, i) => row.Kind == RowKind.Own && row.Own == i).All(same => same);

    /// <summary>The other models that rows are taken from.</summary>
    public IEnumerable<int> Models => Rows.Where(row => row.From is not null).SelectMany(row => row.From!)
        .Select(from => from.Model).Distinct();
}
