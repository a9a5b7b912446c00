using System.Buffers;
using System.Numerics.Tensors;
using LlamaNative.Merging.Tokenizers;

namespace LlamaNative.Merging.Execution;

/// <summary>A model's rows in the order of the output vocabulary; missing rows come from other models.</summary>
/// <param name="own">The model's matrix.</param>
/// <param name="map">The origin of each row.</param>
/// <param name="models">Every model's matrix, by model index.</param>
/// <param name="rowLength">Elements per row.</param>
internal sealed class MappedRowSource(IRowSource own, RowMap map, IReadOnlyDictionary<int, IRowSource> models, int rowLength) : IRowSource
{
    private readonly Lock _lock = new();
    private float[]? _mean;

    public void Read(long firstRow, int count, Span<float> destination)
    {
        for (int done = 0; done < count;)
        {
            Span<float> rest = destination[(done * rowLength)..];
            RowOrigin origin = map.Rows[(int)firstRow + done];
            int run = origin.Kind == RowKind.Own ? RunOfOwn((int)firstRow + done, count - done) : 1;
            Read(origin, run, rest[..(run * rowLength)]);
            done += run;
        }
    }

    private void Read(RowOrigin origin, int run, Span<float> destination)
    {
        switch (origin.Kind)
        {
            case RowKind.Own:
                own.Read(origin.Own, run, destination);
                break;
            case RowKind.Others:
                ReadMean(origin.From!, destination);
                break;
            case RowKind.Zero:
                destination.Clear();
                break;
            default:
                Mean().CopyTo(destination);
                break;
        }
    }

    /// <summary>Number of rows from this index on that are consecutive in the model too.</summary>
    private int RunOfOwn(int row, int most)
    {
        int run = 1;
        while (run < most && map.Rows[row + run] is { Kind: RowKind.Own } next && next.Own == map.Rows[row].Own + run)
        {
            run++;
        }

        return run;
    }

    private void ReadMean(IReadOnlyList<(int Model, int Row)> rows, Span<float> destination)
    {
        models[rows[0].Model].Read(rows[0].Row, 1, destination);
        if (rows.Count == 1)
        {
            return;
        }

        var sums = new double[rowLength];
        float[] row = ArrayPool<float>.Shared.Rent(rowLength);
        foreach ((int model, int index) in rows)
        {
            models[model].Read(index, 1, row.AsSpan(0, rowLength));
            AddTo(sums, row.AsSpan(0, rowLength));
        }

        ArrayPool<float>.Shared.Return(row);
        Divide(sums, rows.Count, destination);
    }

    /// <summary>The mean of all rows except padding.</summary>
    private float[] Mean()
    {
        lock (_lock)
        {
            if (_mean is not null)
            {
                return _mean;
            }

            var sums = new double[rowLength];
            var row = new float[rowLength];
            int count = 0;
            foreach (RowOrigin origin in map.Rows.Where(origin => origin.Kind != RowKind.MeanOfAll))
            {
                Read(origin, 1, row);
                AddTo(sums, row);
                count++;
            }

            var mean = new float[rowLength];
            Divide(sums, Math.Max(1, count), mean);
            return _mean = mean;
        }
    }

    private static void AddTo(double[] sums, ReadOnlySpan<float> row)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += row[i];
        }
    }

    private static void Divide(double[] sums, int count, Span<float> destination)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            destination[i] = (float)(sums[i] / count);
        }
    }
}
