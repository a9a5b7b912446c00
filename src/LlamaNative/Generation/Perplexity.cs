using LlamaNative.Contexts;
using LlamaNative.Models;

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
/// <remarks>
/// An encoder-decoder model (T5 family) is measured as a prefix language model (arXiv:1910.10683, 3.2.3): the encoder reads the first
/// half of each window, rounded down, and the decoder predicts the tokens of the second.
/// </remarks>
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
    /// <exception cref="LlamaException">The model predicts no next tokens; see <see cref="LlamaModel.GeneratesText"/>.</exception>
    public static PerplexityResult Measure(
        LlamaContext context,
        ReadOnlySpan<int> tokens,
        int windowSize,
        IProgress<PerplexityResult>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ModelArchitecture.RequireText(context.Model);
        bool encodes = context.Model.IsEncoderDecoder;
        int longest = Math.Min(context.SequenceSize, context.BatchSize);
        longest = encodes ? Math.Min(longest, 2 * (context.MicroBatchSize - 1)) : longest;
        if (windowSize < 2 || windowSize > longest)
        {
            throw new ArgumentOutOfRangeException(nameof(windowSize), windowSize,
                $"The window size must be from 2 to {longest} tokens in this context.");
        }

        int[] beginning = context.Model.Vocabulary is { AddsBos: true, Bos: { } bos } && !encodes ? [bos] : [];
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
                sum += encodes
                    ? SecondHalf(context, batch, part, cancellationToken)
                    : NegativeLogLikelihood(context, batch, part, cancellationToken);
                predictions += encodes ? part.Length - (part.Length / 2) : part.Length - 1;
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
        return Sum(context, tokens.AsSpan(1));
    }

    private static double SecondHalf(LlamaContext context, TokenBatch batch, int[] tokens, CancellationToken cancellationToken)
    {
        ReadOnlySpan<int> target = tokens.AsSpan(tokens.Length / 2);
        Vocabulary vocabulary = context.Model.Vocabulary;
        int[] end = vocabulary is { AddsEos: true, Eos: { } eos } ? [eos] : [];
        context.Cache.Clear();
        EncoderDecoderPass.Encode(context, batch, 0, [.. tokens.AsSpan(0, tokens.Length / 2), .. end], cancellationToken);

        batch.Clear();
        for (int i = 0; i < target.Length; i++)
        {
            batch.Add(i == 0 ? EncoderDecoderPass.StartToken(context.Model) : target[i - 1], i, logits: true);
        }

        context.Decode(batch, cancellationToken);
        return Sum(context, target);
    }

    /// <summary>The sum of -ln p of tokens, each by the logits at its index in the last batch.</summary>
    private static double Sum(LlamaContext context, ReadOnlySpan<int> predicted)
    {
        double sum = 0;
        for (int i = 0; i < predicted.Length; i++)
        {
            Span<float> logits = context.BorrowLogits(i);
            sum -= logits[predicted[i]] - LogSoftmax.LogSumExp(logits);
        }

        return sum;
    }
}
