using LlamaNative.Contexts;

namespace LlamaNative.Generation;

/// <summary>How well a model predicts a text.</summary>
/// <param name="MeanNegativeLogLikelihood">The mean of -ln p(token | those before it in its window), in nats.</param>
/// <param name="PredictionCount">The tokens it is the mean of.</param>
/// <param name="TokenCount">The tokens evaluated: the predicted ones and those that begin a window.</param>
public sealed record PerplexityResult(double MeanNegativeLogLikelihood, int PredictionCount, int TokenCount)
{
    /// <summary>exp of the mean: as uncertain as a choice among so many equally likely tokens.</summary>
    public double Perplexity => Math.Exp(MeanNegativeLogLikelihood);
}

/// <summary>
/// Measures perplexity over windows that follow each other without overlap. Each begins with the token that begins a
/// text, where the model has such a habit; every token behind the first counts, predicted from those before it in its window.
/// </summary>
public static class Perplexity
{
    /// <summary>Measures a text. Each window is evaluated at once, in the context's first sequence, whose cache is cleared.</summary>
    /// <param name="context">A context whose sizes (<see cref="LlamaContext.SequenceSize"/>, <see cref="LlamaContext.BatchSize"/>) take a window.</param>
    /// <param name="tokens">The text, without the token that begins one.</param>
    /// <param name="windowSize">Tokens of a window, the one that begins it included.</param>
    /// <param name="progress">Told the result so far after each window, on the calling thread.</param>
    /// <param name="cancellationToken">Stops within the evaluation on the CPU.</param>
    /// <exception cref="ArgumentException">A window is too short or too long, or the text leaves nothing to predict.</exception>
    public static PerplexityResult Measure(
        LlamaContext context,
        ReadOnlySpan<int> tokens,
        int windowSize,
        IProgress<PerplexityResult>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        int longest = Math.Min(context.SequenceSize, context.BatchSize);
        if (windowSize < 2 || windowSize > longest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(windowSize), windowSize, $"A window has at least 2 tokens, and in this context at most {longest}.");
        }

        int[] beginning = context.Model.Vocabulary is { AddsBos: true, Bos: { } bos } ? [bos] : [];
        int perWindow = windowSize - beginning.Length;
        double sum = 0;
        int predictions = 0;
        int evaluated = 0;
        using LlamaContext.Lease lease = context.Enter();
        using var batch = new TokenBatch(windowSize);
        for (int start = 0; start < tokens.Length; start += perWindow)
        {
            int[] part = [.. beginning, .. tokens.Slice(start, Math.Min(perWindow, tokens.Length - start))];
            if (part.Length >= 2)
            {
                sum += NegativeLogLikelihood(context, batch, part, cancellationToken);
                predictions += part.Length - 1;
                evaluated += part.Length;
                progress?.Report(new PerplexityResult(sum / predictions, predictions, evaluated));
            }
        }

        return predictions > 0
            ? new PerplexityResult(sum / predictions, predictions, evaluated)
            : throw new ArgumentException($"The text has {tokens.Length + (tokens.IsEmpty ? 0 : beginning.Length)} tokens: there is nothing to predict.", nameof(tokens));
    }

    /// <summary><see cref="Measure"/> on the context's own thread, where progress is reported too.</summary>
    public static Task<PerplexityResult> MeasureAsync(
        LlamaContext context,
        ReadOnlyMemory<int> tokens,
        int windowSize,
        IProgress<PerplexityResult>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Worker.RunAsync(stop => Measure(context, tokens.Span, windowSize, progress, stop), cancellationToken);
    }

    private static double NegativeLogLikelihood(LlamaContext context, TokenBatch batch, int[] tokens, CancellationToken cancellationToken)
    {
        context.Cache.Clear();
        batch.Clear();
        for (int i = 0; i < tokens.Length; i++)
        {
            batch.Add(tokens[i], i, logits: i < tokens.Length - 1);
        }

        context.Decode(batch, cancellationToken);
        double sum = 0;
        for (int i = 0; i < tokens.Length - 1; i++)
        {
            Span<float> logits = context.BorrowLogits(i);
            sum -= logits[tokens[i + 1]] - LogSoftmax.LogSumExp(logits);
        }

        return sum;
    }
}
