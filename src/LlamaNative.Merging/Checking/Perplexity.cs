using LlamaNative.Contexts;

namespace LlamaNative.Merging;

/// <summary>
/// Perplexity over windows that each begin with the token that begins a text: every following token of a window counts,
/// predicted from those before it in the window.
/// </summary>
internal static class Perplexity
{
    public static (double Value, int Count) Measure(LlamaContext context, ReadOnlySpan<int> tokens, int window, CancellationToken cancellationToken)
    {
        int? first = context.Model.Vocabulary.Bos;
        int perWindow = window - (first is null ? 0 : 1);
        double sum = 0;
        int count = 0;
        using var batch = new TokenBatch(window);
        for (int start = 0; start < tokens.Length; start += perWindow)
        {
            int[] part = [.. first is { } bos ? new[] { bos } : [], .. tokens.Slice(start, Math.Min(perWindow, tokens.Length - start))];
            sum += NegativeLogLikelihood(context, batch, part, cancellationToken);
            count += part.Length - 1;
        }

        return (Math.Exp(sum / count), count);
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
            sum -= LogProbability(context.BorrowLogits(i), tokens[i + 1]);
        }

        return sum;
    }

    private static double LogProbability(ReadOnlySpan<float> logits, int token)
    {
        float max = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            max = Math.Max(max, logit);
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        return logits[token] - max - Math.Log(sum);
    }
}
