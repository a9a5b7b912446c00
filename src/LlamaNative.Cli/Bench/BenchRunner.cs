using System.Diagnostics;
using LlamaNative.Contexts;
using LlamaNative.Models;

namespace LlamaNative.Cli.Bench;

/// <summary>
/// Measures as llama-bench does (tools/llama-bench/llama-bench.cpp): a warm-up, then repetitions over random tokens, each
/// from an empty cache. The measured loops contain only the evaluation.
/// </summary>
internal sealed class BenchRunner(LlamaModel model, int repetitions, CancellationToken cancellationToken)
{
    private readonly Random _random = new(0);

    public BenchResult Run(BenchTest test)
    {
        using var context = new LlamaContext(model, test.ContextOptions);
        using var batch = new TokenBatch(Math.Max(1, Math.Min(Math.Max(test.PromptTokens, test.Depth), test.BatchSize)));
        DateTimeOffset time = DateTimeOffset.UtcNow;
        WarmUp(context, batch, test);

        var samples = new TimeSpan[repetitions];
        for (int i = 0; i < repetitions; i++)
        {
            context.Cache.Clear();
            EvaluatePrompt(context, batch, 0, test.Depth);
            long start = Stopwatch.GetTimestamp();
            EvaluatePrompt(context, batch, test.Depth, test.PromptTokens);
            Generate(context, batch, test.Depth + test.PromptTokens, test.GeneratedTokens);
            samples[i] = Stopwatch.GetElapsedTime(start);
        }

        return new BenchResult(test, samples, time);
    }

    private void WarmUp(LlamaContext context, TokenBatch batch, BenchTest test)
    {
        EvaluatePrompt(context, batch, 0, test.PromptTokens);
        Generate(context, batch, test.PromptTokens, Math.Min(test.GeneratedTokens, 1));
    }

    private void EvaluatePrompt(LlamaContext context, TokenBatch batch, int position, int count)
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
        cancellationToken.ThrowIfCancellationRequested();
        context.Decode(batch, CancellationToken.None);

        // A GPU may still be computing; reading the logits waits for it.
        context.BorrowLogits();
    }

    private int FirstToken() => model.Vocabulary is { AddsBos: true, Bos: { } bos } ? bos : RandomToken();

    private int RandomToken() => _random.Next(model.Vocabulary.Count);
}
