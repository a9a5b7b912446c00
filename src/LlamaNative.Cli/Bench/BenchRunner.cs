using System.Diagnostics;
using LlamaNative.Cli.Arguments;
using LlamaNative.Contexts;
using LlamaNative.Models;

namespace LlamaNative.Cli.Bench;

/// <summary>
/// Measures as llama-bench does (tools/llama-bench/llama-bench.cpp): a warm-up, then repetitions over random tokens, each
/// from an empty cache. The measured loops contain only the evaluation. In an encoder-decoder, the encoder reads the prompt, and the
/// decoder generates.
/// </summary>
internal sealed class BenchRunner
{
    private readonly LlamaModel _model;
    private readonly Adapters _adapters;
    private readonly int _repetitions;
    private readonly CancellationToken _cancellationToken;
    private readonly Random _random = new(0);

    /// <exception cref="LlamaException">The model generates no text.</exception>
    public BenchRunner(LlamaModel model, Adapters adapters, int repetitions, CancellationToken cancellationToken)
    {
        ModelArchitecture.RequireText(model);
        _model = model;
        _adapters = adapters;
        _repetitions = repetitions;
        _cancellationToken = cancellationToken;
    }

    public BenchResult Run(BenchTest test)
    {
        using var context = new LlamaContext(_model, test.ContextOptions);
        _adapters.ApplyTo(context);

        // An encoder reads the whole prompt at once; the context refuses one that is too long for that.
        int longest = _model.IsEncoderDecoder ? int.MaxValue : test.BatchSize;
        using var batch = new TokenBatch(Math.Max(1, Math.Min(Math.Max(test.PromptTokens, test.Depth), longest)));
        DateTimeOffset time = DateTimeOffset.UtcNow;
        WarmUp(context, batch, test);

        var samples = new TimeSpan[_repetitions];
        for (int i = 0; i < _repetitions; i++)
        {
            context.Cache.Clear();
            int position = Prepare(context, batch, test.Depth);
            long start = Stopwatch.GetTimestamp();
            position = EvaluatePrompt(context, batch, position, test.PromptTokens);
            Generate(context, batch, position, test.GeneratedTokens);
            samples[i] = Stopwatch.GetElapsedTime(start);
        }

        return new BenchResult(test, samples, time);
    }

    private void WarmUp(LlamaContext context, TokenBatch batch, BenchTest test)
    {
        int position = Prepare(context, batch, depth: 0);
        position = EvaluatePrompt(context, batch, position, test.PromptTokens);
        Generate(context, batch, position, Math.Min(test.GeneratedTokens, 1));
    }

    /// <summary>Fills the cache up to a depth, unmeasured; a decoder that follows an encoder needs an encoded input first.</summary>
    private int Prepare(LlamaContext context, TokenBatch batch, int depth)
    {
        if (_model.IsEncoderDecoder)
        {
            EvaluatePrompt(context, batch, 0, 1);
        }

        return EvaluateTokens(context, batch, 0, depth);
    }

    /// <summary>Evaluates a prompt and returns the position of the next token.</summary>
    private int EvaluatePrompt(LlamaContext context, TokenBatch batch, int position, int count)
    {
        if (!_model.IsEncoderDecoder)
        {
            return EvaluateTokens(context, batch, position, count);
        }

        if (count > 0)
        {
            batch.Clear();
            for (int i = 0; i < count; i++)
            {
                batch.Add(RandomToken(), i, logits: true);
            }

            _cancellationToken.ThrowIfCancellationRequested();
            context.Encode(batch, CancellationToken.None);
        }

        return position;
    }

    private int EvaluateTokens(LlamaContext context, TokenBatch batch, int position, int count)
    {
        for (int last = position + count; position < last;)
        {
            batch.Clear();
            int end = Math.Min(last, position + batch.Capacity);
            for (; position < end; position++)
            {
                batch.Add(position == 0 ? FirstToken() : RandomToken(), position, logits: position == end - 1);
            }

            Evaluate(context, batch);
        }

        return position;
    }

    private void Generate(LlamaContext context, TokenBatch batch, int position, int count)
    {
        int token = FirstToken();
        for (int i = 0; i < count; i++)
        {
            batch.Clear();
            batch.Add(token, position + i, logits: true);
            Evaluate(context, batch);
            token = RandomToken();
        }
    }

    private void Evaluate(LlamaContext context, TokenBatch batch)
    {
        // Checked here and not passed to Decode, which would poll the token inside the graph and slow down the measurement.
        _cancellationToken.ThrowIfCancellationRequested();
        context.Decode(batch, CancellationToken.None);

        // A GPU may still be computing; reading the logits waits for it.
        context.BorrowLogits();
    }

    private int FirstToken() =>
        _model.DecoderStartToken ?? (_model.Vocabulary is { AddsBos: true, Bos: { } bos } ? bos : RandomToken());

    private int RandomToken() => _random.Next(_model.Vocabulary.Count);
}
