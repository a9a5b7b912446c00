namespace LlamaNative.Merging.Methods;

/// <summary>Some whole rows of one output tensor, with the same rows of every input decoded to floats.</summary>
/// <param name="Index">Which block of the tensor, counted from 0. Blocks are the same whatever the thread count.</param>
/// <param name="FirstRow">The first row, counted over all outer dimensions.</param>
/// <param name="RowCount">Rows in the block.</param>
/// <param name="RowLength">Elements in a row (ne[0]).</param>
/// <param name="Inputs">A buffer per input; only the first <c>RowCount × RowLength</c> numbers count.</param>
internal readonly record struct RowBlock(int Index, long FirstRow, int RowCount, int RowLength, float[][] Inputs)
{
    public int Length => RowCount * RowLength;

    public ReadOnlySpan<float> Input(int index) => Inputs[index].AsSpan(0, Length);
}
