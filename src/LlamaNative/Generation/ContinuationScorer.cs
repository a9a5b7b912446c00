using LlamaNative.Contexts;
using LlamaNative.Models;

namespace LlamaNative.Generation;

/// <summary>The probability that a model assigns to a given continuation of a prompt.</summary>
/// <param name="Tokens">The continuation's tokens with their conditional probabilities.</param>
/// <param name="CachedTokens">Number of prompt tokens that were reused from the cache.</param>
public sealed record ContinuationScore(IReadOnlyList<ScoredToken> Tokens, int CachedTokens)
{
    /// <summary>The natural logarithm of the continuation's probability: the sum over its tokens.</summary>
    public double LogProbability => Tokens.Sum(token => (double)token.LogProbability);

    /// <summary>Perplexity: exp of the mean negative log-probability per token.</summary>
    public double Perplexity => Math.Exp(-LogProbability / Tokens.Count);
}

/// <summary>
/// Scores given continuations of prompts, in one forward pass each. A prompt shared by several continuations is evaluated once.
/// Nothing is sampled: the probabilities are the model's, before logits processors and samplers.
/// </summary>
/// <remarks>
/// In an encoder-decoder model (T5 family), the encoder reads the prompt and the decoder is scored on the continuation.
/// </remarks>
public sealed class ContinuationScorer
{
    private readonly int _sequence;

    /// <summary>Creates a scorer.</summary>
    /// <param name="context">The context; owned by the caller.</param>
    /// <param name="sequence">The sequence id to use.</param>
    /// <exception cref="LlamaException">The model cannot generate text; see <see cref="LlamaModel.GeneratesText"/>.</exception>
    public ContinuationScorer(LlamaContext context, int sequence = 0)
    {
        ArgumentNullException.ThrowIfNull(context);
        ModelArchitecture.RequireText(context.Model);
        Context = context;
        _sequence = sequence;
    }

    /// <summary>The context.</summary>
    public LlamaContext Context { get; }

    /// <summary>
    /// Scores a continuation of a prompt. Both are tokenized as one text; scoring starts at the first token that differs from
    /// the prompt's own tokens. No end-of-text token is added to either. An encoder-decoder's prompt is a text of its own, with the
    /// end-of-text token that the encoder expects.
    /// </summary>
    /// <exception cref="ArgumentException">The prompt or the continuation has no tokens.</exception>
    /// <exception cref="ContextOverflowException">Prompt and continuation together are longer than the context.</exception>
    public ContinuationScore Score(string prompt, string continuation, int topLogProbabilities = 0,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(continuation);
        if (Context.Model.IsEncoderDecoder)
        {
            Vocabulary vocabulary = Context.Model.Vocabulary;
            int[] output = vocabulary.Tokenize(continuation, addSpecial: false);
            return Score(vocabulary.Tokenize(prompt), output, topLogProbabilities, cancellationToken);
        }

        int[] before = TokenizeOpen(prompt);
        int[] whole = TokenizeOpen(prompt + continuation);
        int common = before.AsSpan().CommonPrefixLength(whole);
        return Score(whole.AsSpan(0, common), whole.AsSpan(common), topLogProbabilities, cancellationToken);
    }

    /// <summary><see cref="Score(string, string, int, CancellationToken)"/> on the context's thread.</summary>
    public Task<ContinuationScore> ScoreAsync(string prompt, string continuation, int topLogProbabilities = 0,
        CancellationToken cancellationToken = default) =>
        Context.Worker.RunAsync(stop => Score(prompt, continuation, topLogProbabilities, stop), cancellationToken);

    /// <summary>
    /// <see cref="Score(ReadOnlySpan{int}, ReadOnlySpan{int}, int, CancellationToken)"/> on the context's thread. Do not modify
    /// the tokens until the task completes.
    /// </summary>
    public Task<ContinuationScore> ScoreAsync(
        ReadOnlyMemory<int> prompt,
        ReadOnlyMemory<int> continuation,
        int topLogProbabilities = 0,
        CancellationToken cancellationToken = default) =>
        Context.Worker.RunAsync(stop => Score(prompt.Span, continuation.Span, topLogProbabilities, stop), cancellationToken);

    /// <summary>Scores a tokenized continuation of a tokenized prompt.</summary>
    /// <param name="prompt">At least one token, because the first token of a text has no probability.</param>
    /// <param name="continuation">The tokens to score, at least one.</param>
    /// <param name="topLogProbabilities">How many of the most probable tokens to report per position.</param>
    /// <param name="cancellationToken">Stops within the graph on the CPU, and between micro-batches on other devices.</param>
    /// <exception cref="ArgumentException">The prompt or the continuation has no tokens.</exception>
    /// <exception cref="ContextOverflowException">Prompt and continuation together are longer than the context.</exception>
    public ContinuationScore Score(ReadOnlySpan<int> prompt, ReadOnlySpan<int> continuation, int topLogProbabilities = 0,
        CancellationToken cancellationToken = default)
    {
        if (prompt.IsEmpty || continuation.IsEmpty)
        {
            throw new ArgumentException("Scoring needs at least one prompt token and one continuation token.");
        }

        bool encodes = Context.Model.IsEncoderDecoder;
        ReadOnlySpan<int> before = encodes ? [EncoderDecoderPass.StartToken(Context.Model)] : prompt;

        // The last token is scored by the logits before it and need not be evaluated.
        int[] fed = [.. before, .. continuation[..^1]];
        if (fed.Length > Context.SequenceSize)
        {
            throw new ContextOverflowException(fed.Length, Context.SequenceSize);
        }

        var scorer = new TokenScorer(Context.Model.Vocabulary.Count, topLogProbabilities);
        using LlamaContext.Lease lease = Context.Enter();
        using var batch = new TokenBatch(Math.Min(Context.MicroBatchSize, Context.BatchSize));
        int common = encodes ? 0 : Context.Cache.GetCommonPrefix(fed, _sequence);
        int cached = Context.Cache.Truncate(_sequence, Math.Min(common, before.Length - 1));
        if (encodes)
        {
            EncoderDecoderPass.Check(Context, prompt.Length);
            EncoderDecoderPass.Encode(Context, batch, _sequence, prompt, cancellationToken);
        }

        for (int start = cached; start < fed.Length; start += batch.Count)
        {
            batch.Clear();
            for (int i = start; i < fed.Length && batch.Count < batch.Capacity; i++)
            {
                batch.Add(fed[i], i, _sequence, logits: i >= before.Length - 1);
            }

            Context.Decode(batch, cancellationToken);
            for (int i = Math.Max(start, before.Length - 1); i < start + batch.Count; i++)
            {
                scorer.Observe(Context.BorrowLogits(i - start));
                scorer.Record(continuation[i - (before.Length - 1)]);
            }
        }

        return new ContinuationScore(scorer.ToArray(), cached);
    }

    /// <summary>Tokenizes with the begin-of-text token and without end-of-text tokens.</summary>
    private int[] TokenizeOpen(string text)
    {
        Vocabulary vocabulary = Context.Model.Vocabulary;
        int[] tokens = vocabulary.Tokenize(text);
        bool ends = tokens.Length > 0
            && ((vocabulary.AddsEos && tokens[^1] == vocabulary.Eos) || (vocabulary.AddsSeparator && tokens[^1] == vocabulary.Separator));
        return ends ? tokens[..^1] : tokens;
    }
}
