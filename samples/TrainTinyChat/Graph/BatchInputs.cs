using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace TrainTinyChat.Graph;

/// <summary>The input tensors of a batch: W windows of C tokens.</summary>
internal sealed class BatchInputs : IDisposable
{
    private readonly TensorArena _arena = new(8);
    private readonly float[] _mask;

    public BatchInputs(int windowLength, int windows, Backend backend)
    {
        WindowLength = windowLength;
        Windows = windows;
        Tokens = _arena.NewTensor(GgmlType.I32, TokenCount);
        Positions = _arena.NewTensor(GgmlType.I32, TokenCount);
        Targets = _arena.NewTensor(GgmlType.I32, TokenCount);
        Weights = _arena.NewTensor(GgmlType.F32, TokenCount);
        Mask = _arena.NewTensor(GgmlType.F32, windowLength, windowLength, 1, windows);
        _arena.Allocate(backend);
        _mask = new float[windowLength * windowLength * windows];
    }

    public int WindowLength { get; }

    public int Windows { get; }

    public int TokenCount => WindowLength * Windows;

    public GgmlTensor Tokens { get; }

    /// <summary>A token's position in its document.</summary>
    public GgmlTensor Positions { get; }

    /// <summary>The next token.</summary>
    public GgmlTensor Targets { get; }

    /// <summary>The loss weight of predicting the next token.</summary>
    public GgmlTensor Weights { get; }

    /// <summary>The attention mask: 0 where a query attends to a key, else minus infinity: [keys, queries, 1, W].</summary>
    public GgmlTensor Mask { get; }

    /// <summary>Writes a batch. A token attends to the tokens of its document up to itself.</summary>
    public void Write(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions, ReadOnlySpan<int> targets, ReadOnlySpan<float> weights)
    {
        Tokens.Write(tokens);
        Positions.Write(positions);
        Targets.Write(targets);
        Weights.Write(weights);
        Array.Fill(_mask, float.NegativeInfinity);
        for (int token = 0; token < TokenCount; token++)
        {
            int seen = positions[token] + 1;
            _mask.AsSpan((token * WindowLength) + (token % WindowLength) + 1 - seen, seen).Clear();
        }

        Mask.Write<float>(_mask);
    }

    public void Dispose() => _arena.Dispose();
}
