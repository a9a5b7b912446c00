using Llama3FromScratch.Model;
using LlamaNative;
using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace Llama3FromScratch.Trace;

/// <summary>The same prompt through llama.cpp itself, and what its graph has under the names of our steps.</summary>
internal sealed class LlamaCppGraph : IEvaluationObserver
{
    private readonly HashSet<(string Name, string Operation)> _wanted;
    private readonly Dictionary<(string Name, string Operation), (TensorShape Shape, float[] Values)> _seen = [];

    private LlamaCppGraph(IEnumerable<Step> steps) => _wanted = [.. steps.Select(step => (step.Counterpart, step.Operation))];

    /// <summary>
    /// Evaluates a prompt with every token's logits, keys and values in F32 and no fused attention, as our pass has them.
    /// </summary>
    public static LlamaCppGraph Evaluate(LlamaModel model, ReadOnlySpan<int> prompt, IEnumerable<Step> steps,
        int threads, CancellationToken cancellationToken = default)
    {
        var graph = new LlamaCppGraph(steps);
        using var context = new LlamaContext(model, OptionsFor(prompt.Length, threads) with { Observer = graph });
        using var batch = new TokenBatch(prompt.Length);
        for (int i = 0; i < prompt.Length; i++)
        {
            batch.Add(prompt[i], i, logits: true);
        }

        context.Decode(batch, cancellationToken);
        return graph;
    }

    /// <summary>A context that computes as our pass does.</summary>
    public static ContextOptions OptionsFor(int tokens, int threads) => new()
    {
        ContextSize = tokens,
        BatchSize = tokens,
        MicroBatchSize = tokens,
        MaxOutputsPerSequence = 0,
        Threads = threads,
        FlashAttention = FlashAttention.Disabled,
        CacheTypeK = GgmlType.F32,
        CacheTypeV = GgmlType.F32,
    };

    /// <summary>
    /// The largest difference between a step and llama.cpp's tensor, as a part of the latter's largest number; null if its graph has none
    /// of that name.
    /// </summary>
    public double? Difference(Step step, ReadOnlySpan<float> ours)
    {
        if (!_seen.TryGetValue((step.Counterpart, step.Operation), out (TensorShape Shape, float[] Values) theirs))
        {
            return null;
        }

        // llama.cpp rounds the keys it looks at up; the cells beyond the prompt are empty.
        long theirRow = theirs.Shape[0];
        long row = ours.Length == theirs.Values.Length ? theirRow : step.Result.Shape[0];
        if (row > theirRow || ours.Length % row != 0 || ours.Length / row != theirs.Values.Length / theirRow)
        {
            return null;
        }

        double difference = 0;
        double largest = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            double their = theirs.Values[(i / row * theirRow) + (i % row)];
            difference = Math.Max(difference, Math.Abs(ours[i] - their));
            largest = Math.Max(largest, Math.Abs(their));
        }

        return largest == 0 ? difference : difference / largest;
    }

    bool IEvaluationObserver.Wants(in EvaluationNode node) => _wanted.Contains((node.Name, node.Operation));

    void IEvaluationObserver.Observe(EvaluatedTensor tensor) =>
        _seen[(tensor.Node.Name, tensor.Node.Operation)] = (tensor.Node.Layout.Shape, tensor.ToFloats());
}
