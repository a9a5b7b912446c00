using System.Text.Json;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>Log-probabilities, compared with a plain softmax in doubles over the logits of a separate evaluation.</summary>
public sealed class TokenScorerTests : IDisposable
{
    private static readonly int[] s_prompt = [1, 260, 265, 270];
    private readonly TemporaryFolder _files = new();
    private readonly LlamaModel _model;

    public TokenScorerTests() => _model = _files.Load(ModelFile.Llama());

    public void Dispose()
    {
        _model.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(130_000)]
    public void Log_softmax_is_right_to_float_precision(int count)
    {
        var random = new Random(count);
        foreach (float scale in (float[])[0, 1, 30, 1e4f, 1e30f])
        {
            float[] logits = [.. Enumerable.Range(0, count).Select(_ => ((float)random.NextDouble() - 0.5f) * scale)];
            logits[count / 2] = count > 1 ? float.NegativeInfinity : 0;
            double max = logits.Max();
            double expected = max + Math.Log(logits.Sum(logit => Math.Exp(logit - max)));
            Assert.Equal(expected, LogSoftmax.LogSumExp(logits), tolerance: 2e-6 * Math.Max(1, Math.Abs(expected)));
        }

        Assert.Equal(double.NegativeInfinity, LogSoftmax.LogSumExp([float.NegativeInfinity, float.NegativeInfinity]));
        Assert.Equal(float.NegativeInfinity, LogSoftmax.Of(float.NegativeInfinity, double.NegativeInfinity));
        Assert.Equal(Math.Log(3), LogSoftmax.LogSumExp([0, 0, 0]), tolerance: 1e-7);
    }

    [Fact]
    public void Over_the_whole_vocabulary_they_are_the_models_distribution()
    {
        int vocabulary = _model.Vocabulary.Count;
        using LlamaContext context = NewContext();
        GenerationResult result = Generate(context, new GenerationOptions
        {
            MaxTokens = 12,
            TopLogProbabilities = vocabulary,
            Sampling = new SamplingOptions { Seed = 3, Temperature = 2, TopK = 5 },
        });

        Assert.Equal(result.Tokens, result.LogProbabilities!.Select(token => token.Token));
        for (int i = 0; i < result.Tokens.Count; i++)
        {
            ScoredToken scored = result.LogProbabilities![i];
            TokenLogProbability[] top = scored.Top.ToArray();
            Assert.Equal(1, top.Sum(token => Math.Exp(token.LogProbability)), tolerance: 1e-5);
            Assert.Equal(vocabulary, top.Select(token => token.Token).Distinct().Count());
            Assert.Equal(top.OrderByDescending(token => token.LogProbability).ThenBy(token => token.Token), top);
            Assert.Equal(top.Single(token => token.Token == result.Tokens[i]).LogProbability, scored.LogProbability);

            double[] expected = Expected([.. s_prompt, .. result.Tokens.Take(i)]);
            Assert.All(top, token => Assert.Equal(expected[token.Token], token.LogProbability, tolerance: 5e-3));
        }
    }

    [Fact]
    public void The_best_are_those_a_full_sort_finds()
    {
        // Ties go to the lower id, regardless of the order of arrival.
        var random = new Random(1);
        foreach (int top in (int[])[0, 1, 3, 40, 1100])
        {
            var scorer = new TokenScorer(1100, top);
            for (int round = 0; round < 40; round++)
            {
                float[] logits = [.. Enumerable.Range(0, 1100).Select(_ => (float)random.Next(8 << round % 10))];
                scorer.Observe(logits);
                scorer.Record(round);
                int[] expected = [.. Enumerable.Range(0, 1100).OrderByDescending(token => logits[token]).ThenBy(token => token).Take(top)];
                Assert.Equal(expected, scorer[round].Top.ToArray().Select(token => token.Token));
            }
        }
    }

    [Fact]
    public void They_are_the_models_own_whatever_changes_the_logits_afterwards()
    {
        using LlamaContext context = NewContext();
        var options = new GenerationOptions
        {
            MaxTokens = 1,
            TopLogProbabilities = 2,
            Sampling = SamplingOptions.Greedy,
            LogitsProcessors = [new OnlyToken(14)],
        };
        using GenerationRun run = new TextGenerator(context).Start("", options, steps => steps with { Tokenizer = new FixedPrompt() });
        Assert.Throws<InvalidOperationException>(() => run.LogProbability);
        while (run.MoveNext())
        {
            Assert.Equal(14, run.LogProbability.Token);
        }

        double[] expected = Expected(s_prompt);
        Assert.Equal(expected[14], run.LogProbability.LogProbability, tolerance: 5e-3);
        Assert.Equal(Array.IndexOf(expected, expected.Max()), run.LogProbability.Top.Span[0].Token);
    }

    [Fact]
    public void Asking_for_none_costs_nothing_and_asking_for_them_evaluates_nothing_again()
    {
        using LlamaContext context = NewContext();
        GenerationResult plain = Generate(context, new GenerationOptions { MaxTokens = 20, Sampling = SamplingOptions.Greedy });
        Assert.Null(plain.LogProbabilities);
        GenerationResult scored = Generate(context, new GenerationOptions
        {
            MaxTokens = 20,
            Sampling = SamplingOptions.Greedy,
            TopLogProbabilities = 0,
        });
        Assert.Equal(plain.Tokens, scored.Tokens);
        Assert.All(scored.LogProbabilities!, token => Assert.True(token.Top.IsEmpty && token.LogProbability <= 0));
        Assert.Equal(s_prompt.Length + 19, context.Cache.GetLength());

        Assert.Throws<ArgumentOutOfRangeException>(() => Generate(context, new GenerationOptions { TopLogProbabilities = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Generate(context, new GenerationOptions { TopLogProbabilities = 100_000 }));
    }

    [Fact]
    public void A_step_allocates_only_as_its_lists_grow()
    {
        using LlamaContext context = NewContext();
        var options = new GenerationOptions
        {
            MaxTokens = 40,
            Sampling = SamplingOptions.Greedy,
            TopLogProbabilities = 5,
            StopAtEndOfGeneration = false,
        };
        using GenerationRun run = new TextGenerator(context).Start(s_prompt, options);
        for (int i = 0; i < 18; i++)
        {
            Assert.True(run.MoveNext());
        }

        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 7; i++)
            {
                Assert.True(run.MoveNext());
                _ = run.LogProbability;
            }
        });
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(3)] // several micro-batches
    public void A_continuation_is_scored_in_one_pass(int microBatch)
    {
        int[] continuation = [271, 262, 280, 261, 275, 266, 264];
        using LlamaContext context = NewContext(microBatch);
        var scorer = new ContinuationScorer(context);
        ContinuationScore score = scorer.Score(s_prompt, continuation, topLogProbabilities: 3);
        Assert.Equal(0, score.CachedTokens);
        Assert.Equal(continuation, score.Tokens.Select(token => token.Token));
        double sum = 0;
        for (int i = 0; i < continuation.Length; i++)
        {
            double[] expected = Expected([.. s_prompt, .. continuation[..i]]);
            Assert.Equal(expected[continuation[i]], score.Tokens[i].LogProbability, tolerance: 5e-3);
            Assert.Equal(Array.IndexOf(expected, expected.Max()), score.Tokens[i].Top.Span[0].Token);
            sum += expected[continuation[i]];
        }

        Assert.Equal(sum, score.LogProbability, tolerance: 3e-2);
        Assert.Equal(Math.Exp(-score.LogProbability / continuation.Length), score.Perplexity, tolerance: 1e-6);

        // For another continuation only the last token of the prompt is evaluated again, because its logits are needed.
        ContinuationScore other = scorer.Score(s_prompt, [280]);
        Assert.Equal(s_prompt.Length - 1, other.CachedTokens);
        Assert.Equal(Expected(s_prompt)[280], other.LogProbability, tolerance: 5e-3);
    }

    [Fact]
    public async Task Texts_are_scored_behind_each_other_and_wrong_ones_refused()
    {
        using LlamaContext context = NewContext();
        var scorer = new ContinuationScorer(context);
        ContinuationScore score = scorer.Score("abc", "def");
        Assert.Equal("def", string.Concat(score.Tokens.Select(token => _model.Vocabulary.GetPiece(token.Token))));
        Assert.Equal(score.LogProbability, (await scorer.ScoreAsync("abc", "def")).LogProbability, tolerance: 5e-3);

        Assert.Throws<ArgumentException>(() => scorer.Score("abc", ""));
        Assert.Throws<ArgumentException>(() => scorer.Score([], [1]));
        Assert.Throws<ArgumentException>(() => scorer.Score([1], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => scorer.Score([1], [260, 9999, 260]));
        Assert.Throws<ContextOverflowException>(() => scorer.Score([1], new int[5000]));
        using LlamaModel bert = _files.Load(ModelFile.Bert());
        using var encoder = new LlamaContext(bert, new ContextOptions { Threads = 1 });
        Assert.Throws<LlamaException>(() => new ContinuationScorer(encoder));
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scorer.Score([1], [2]));
    }

    [Fact]
    public void A_real_models_best_tokens_differ_by_llama_cpps_logits()
    {
        // Differences of log-probabilities are differences of logits.
        using var golden = new GoldenModel("tiny-chat");
        using LlamaModel model = golden.Load();
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        foreach (JsonElement prompt in golden.Answers.GetProperty("greedy").EnumerateArray())
        {
            var options = new GenerationOptions { MaxTokens = 1, Sampling = SamplingOptions.Greedy, TopLogProbabilities = 5 };
            ScoredToken scored = new TextGenerator(context).Generate(prompt.GetProperty("prompt").GetString()!,
                options).LogProbabilities![0];
            Dictionary<int, double> top = scored.Top.ToArray().ToDictionary(token => token.Token, token => (double)token.LogProbability);
            (int Id, double Logit)[] expected = [.. prompt.GetProperty("top").EnumerateArray()
                .Select(entry => (entry.GetProperty("id").GetInt32(), entry.GetProperty("logit").GetDouble()))];
            Assert.Equal(expected[0].Id, scored.Top.Span[0].Token);
            (int Id, double Logit)[] common = [.. expected.Where(entry => top.ContainsKey(entry.Id))];
            Assert.True(common.Length >= 4, "only the fifth may change places with the sixth by rounding");
            Assert.All(common,
                entry => Assert.Equal(entry.Logit - expected[0].Logit, top[entry.Id] - top[expected[0].Id], GoldenFile.Tolerance(prompt)));
        }
    }

    private LlamaContext NewContext(int microBatch = 64) =>
        new(_model, new ContextOptions { ContextSize = 256, BatchSize = 64, MicroBatchSize = microBatch, Threads = 1 });

    private static GenerationResult Generate(LlamaContext context, GenerationOptions options)
    {
        using GenerationRun run = new TextGenerator(context).Start(s_prompt, options with { StopAtEndOfGeneration = false });
        while (run.MoveNext())
        {
        }

        return run.GetResult();
    }

    /// <summary>log softmax of the logits after these tokens, in doubles, from a separate context.</summary>
    private double[] Expected(int[] tokens)
    {
        using LlamaContext context = NewContext();
        using var batch = new TokenBatch(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            batch.Add(tokens[i], i, logits: i == tokens.Length - 1);
        }

        context.Decode(batch);
        double[] logits = Array.ConvertAll(context.GetLogits(), logit => (double)logit);
        double sum = logits.Sum(Math.Exp);
        return Array.ConvertAll(logits, logit => logit - Math.Log(sum));
    }

    private sealed class FixedPrompt : ITokenizer
    {
        public int[] Tokenize(string prompt) => s_prompt;
    }

    private sealed class OnlyToken(int token) : ILogitsProcessor
    {
        public void Process(Span<float> logits, ReadOnlySpan<int> generated)
        {
            float keep = logits[token];
            logits.Fill(float.NegativeInfinity);
            logits[token] = keep;
        }
    }
}
