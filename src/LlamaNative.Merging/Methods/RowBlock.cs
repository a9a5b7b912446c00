namespace LlamaNative.Merging.Methods;

/// <summary>Consecutive whole rows of an output tensor, with the same rows of every input decoded to floats.</summary>
/// <param name="Index">The block's index in the tensor, independent of the thread count.</param>
/// <param name="FirstRow">The index of the first row over all outer dimensions.</param>
/// <param name="RowCount">Number of rows.</param>
/// <param name="RowLength">Elements per row (ne[0]).</param>
/// <param name="Inputs">One buffer per input; only the first <c>RowCount × RowLength</c> elements are valid.</param>
internal readonly record struct RowBlock(int Index, long FirstRow, int RowCount, int RowLength, float[][] Inputs)
{
    public int Length => RowCount * RowLength;

    public ReadOnlySpan<float> Input(int index) => Inputs[index].AsSpan(0, Length);
}
