using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative.Contexts;

/// <summary>
/// During an evaluation, requests outputs that the caller did not ask for but the architecture's graph needs.
/// </summary>
internal sealed unsafe class OutputMarks(string architecture, int microBatch)
{
    private readonly bool _everyToken = ModelArchitecture.ReturnsEveryToken(architecture);
    private readonly bool _oneAtLeast = ModelArchitecture.NeedsAnOutput(architecture);
    private readonly List<int> _added = [];

    /// <summary>
    /// <see cref="ContextOptions.MaxOutputs"/>, or 0 (as many as tokens) where more outputs are computed than requested. llama.cpp asserts
    /// that there is room for them.
    /// </summary>
    public static int Limit(LlamaModel model, ContextOptions options) =>
        ModelArchitecture.HasCache(model.Architecture)
        && !ModelArchitecture.ReturnsEveryToken(model.Architecture) && !ModelArchitecture.NeedsAnOutput(model.Architecture)
            ? options.MaxOutputs : 0;

    /// <summary>Requests every token's output, or that of the last token of each micro-batch without any.</summary>
    public void Add(in llama_batch batch)
    {
        if (!_everyToken && !_oneAtLeast)
        {
            return;
        }

        int step = _everyToken ? 1 : microBatch;
        for (int first = 0; first < batch.n_tokens; first += step)
        {
            int count = Math.Min(step, batch.n_tokens - first);
            if (!new ReadOnlySpan<sbyte>(batch.logits + first, count).ContainsAnyExcept((sbyte)0))
            {
                batch.logits[first + count - 1] = 1;
                _added.Add(first + count - 1);
            }
        }
    }

    /// <summary>Takes the added requests back, so that the batch is as its owner has filled it.</summary>
    public void TakeBack(in llama_batch batch)
    {
        foreach (int index in _added)
        {
            batch.logits[index] = 0;
        }

        _added.Clear();
    }
}
