using LlamaNative.Contexts;

namespace LlamaNative.Generation;

/// <summary>How well a model predicts a text.</summary>
/// <param name="MeanNegativeLogLikelihood">Mean of -ln p(token | preceding tokens in its window), in nats.</param>
/// <param name="PredictionCount">Number of predicted tokens.</param>
/// <param name="TokenCount">Number of evaluated tokens: the predicted ones and the first of each window.</param>
public sealed record PerplexityResult(double MeanNegativeLogLikelihood, int PredictionCount, int TokenCount)
{
    /// <summary>exp of the mean: the number of equally likely choices with the same uncertainty.</summary>
    public double Perplexity => Math.Exp(MeanNegativeLogLikelihood);
}

/// <summary>
/// Measures perplexity over consecutive, non-overlapping windows. Each window starts with the begin-of-text token if the model
/// uses one; every token after a window's first is predicted from the preceding tokens of its window.
/// </summary>
public static class Perplexity
{
    /// <summary>
    /// Measures a text. Each window is evaluated at once in the context's first sequence, whose cache is cleared.
    /// </summary>
    /// <param name="context">A context whose <see cref="LlamaContext.SequenceSize"/> and <see cref="LlamaContext.BatchSize"/>
    /// are at least the window size.</param>
    /// <param name="tokens">The text, without a begin-of-text token.</param>
    /// <param name="windowSize">Window size in tokens, including the begin-of-text token.</param>
    /// <param name="progress">Called with the intermediate result after each window, on the calling thread.</param>
    /// <param name="cancellationToken">Stops within the graph on the CPU.</param>
    /// <exception cref="ArgumentException">The window size is out of range, or the text has too few tokens to predict
    /// any.</exception>
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
            throw new ArgumentOutOfRangeException(nameof(windowSize), windowSize,
                $"The window size must be from 2 to {longest} tokens in this context.");
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
            : throw new ArgumentException(
                $"The text has {tokens.Length + (tokens.IsEmpty ? 0 : beginning.Length)} tokens; at least 2 are needed to predict one.",
                nameof(tokens));
    }

    /// <summary><see cref="Measure"/> on the context's thread, where progress is reported too.</summary>
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
