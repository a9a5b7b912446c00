using Llama3FromScratch.Model;
using LlamaNative;
using LlamaNative.Models;

namespace Llama3FromScratch.Trace;

/// <summary>Evaluates a prompt with the hand-written pass and with llama.cpp, and collects the results.</summary>
internal static class Tracer
{
    /// <summary>Traces a prompt, then continues it greedily.</summary>
    /// <param name="model">The model as llama.cpp loads it, which also provides the vocabulary.</param>
    /// <param name="prompt">The token ids; at least one.</param>
    /// <param name="limit">Maximum tokens to generate.</param>
    /// <param name="threads">Threads used by both.</param>
    /// <param name="cancellationToken">Stops between operators.</param>
    /// <exception cref="ArgumentException">The prompt is empty or too long, or the model is not a LLaMA.</exception>
    public static TraceResult Run(LlamaModel model, int[] prompt, int limit, int threads = 1, CancellationToken cancellationToken = default)
    {
        if (prompt.Length == 0)
        {
            throw new ArgumentException("The prompt is empty: there is nothing to trace.");
        }

        using var llama = new Llama(model.Path, prompt.Length + limit, threads);
        using ForwardPass pass = llama.Trace(prompt, cancellationToken);
        LlamaCppGraph theirs = LlamaCppGraph.Evaluate(model, prompt, pass.Steps, threads, cancellationToken);

        var steps = new List<TracedStep>();
        var attention = new List<float[][]>();
        foreach (Step step in pass.Steps)
        {
            float[] ours = step.Result.ToArray<float>();
            steps.Add(new TracedStep(step.Name, step.Layer, step.Shape, step.Counterpart, step.Operation, theirs.Difference(step, ours)));
            if (step.Operation == "SOFT_MAX")
            {
                attention.Add([.. ours.Chunk(prompt.Length * prompt.Length)]);
            }
        }

        float[] embedded = pass.Steps[0].Result.ToArray<float>();
        float[] logits = [.. pass.Logits.ToArray<float>().TakeLast((int)pass.Logits.Shape[0])];
        return new TraceResult
        {
            Model = Path.GetFileName(model.Path),
            Summary = Summarize(llama.Shape),
            Prompt = [.. prompt.Select(Token)],
            Steps = steps,
            OneHotDifference = OneHot.Difference(llama.Weights, llama.Backend, prompt, embedded),
            Attention = attention,
            Lens = [.. pass.Lens.Select(layer => layer.ToArray<float>().Chunk((int)layer.Shape[0]).Select(row => Say(row)).ToArray())],
            Rope = ReadRope(pass, llama, prompt.Length),
            Continuation = [.. Continue(model, llama, logits, limit, cancellationToken).Select(Token)],
        };

        TracedToken Token(int id) => new(id, model.Vocabulary.GetPiece(id, showSpecial: true));

        LensCell Say(float[] row)
        {
            int best = Best(row);
            return new LensCell(Token(best), 1 / row.Sum(logit => Math.Exp(logit - row[best])));
        }
    }

    /// <summary>The index of the largest logit.</summary>
    public static int Best(ReadOnlySpan<float> logits) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits);

    private static List<int> Continue(LlamaModel model, Llama llama, ReadOnlySpan<float> logits, int limit,
        CancellationToken cancellationToken)
    {
        var tokens = new List<int>();
        while (tokens.Count < limit)
        {
            int next = Best(logits);
            tokens.Add(next);
            if (model.Vocabulary.IsEndOfGeneration(next) || tokens.Count == limit)
            {
                break;
            }

            logits = llama.Forward([next], cancellationToken);
        }

        return tokens;
    }

    private static RopePair[] ReadRope(ForwardPass pass, Llama llama, int tokens)
    {
        float[] before = pass.Steps.First(step => step.Name == "queries").Result.ToArray<float>();
        float[] after = pass.Steps.First(step => step.Name == "rotated queries").Result.ToArray<float>();
        float[]? factors = llama.Weights.RopeFactors?.ToArray<float>();
        LlamaShape shape = llama.Shape;
        int start = (tokens - 1) * shape.HeadWidth * shape.Heads;
        return
        [
            .. Enumerable.Range(0, shape.Rope.DimensionCount / 2).Select(i => new RopePair(
                before[start + (2 * i)], before[start + (2 * i) + 1], after[start + (2 * i)], after[start + (2 * i) + 1],
                Math.Pow(shape.Rope.FrequencyBase, -2.0 * i / shape.Rope.DimensionCount) * shape.Rope.FrequencyScale / (factors?[i] ?? 1))),
        ];
    }

    private static string Summarize(LlamaShape shape) =>
        $"{shape.Layers} layers, rows of {shape.Width}, {shape.Heads} query heads and {shape.KeyHeads} key heads of {shape.HeadWidth}";
}
