using Llama3FromScratch.Model;
using LlamaNative;
using LlamaNative.Contexts;
using LlamaNative.Tensors;

namespace Llama3FromScratch.Trace;

/// <summary>Evaluates the same prompt with llama.cpp, and finds the counterparts of our steps in its graph.</summary>
internal sealed class LlamaCppGraph : IEvaluationObserver
{
    private readonly HashSet<(string Name, string Operation)> _wanted;
    private readonly Dictionary<(string Name, string Operation), (TensorShape Shape, float[] Values)> _seen = [];

    private LlamaCppGraph(IEnumerable<Step> steps) => _wanted = [.. steps.Select(step => (step.Counterpart, step.Operation))];

    /// <summary>
    /// Evaluates a prompt like our pass: logits for every token, keys and values in F32, no flash attention.
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

    /// <summary>A context with the settings of our pass.</summary>
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
    /// The largest difference between a step and llama.cpp's tensor, relative to the latter's largest absolute value; null if its
    /// graph has no tensor of that name.
    /// </summary>
    public double? Difference(Step step, ReadOnlySpan<float> ours)
    {
        if (!_seen.TryGetValue((step.Counterpart, step.Operation), out (TensorShape Shape, float[] Values) theirs))
        {
            return null;
        }

        // llama.cpp rounds the number of cells up; those after the prompt are empty.
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
