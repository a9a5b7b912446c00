using LlamaNative.Contexts;
using LlamaNative.Generation;

namespace LlamaNative.Tests.Generation;

/// <summary>Perplexity, compared with the model's probabilities for each token, evaluated one at a time.</summary>
public sealed class PerplexityTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private const int WindowSize = 8;

    private int[] Text => tiny.Model.Vocabulary.Tokenize("the cat sat on the mat and the dog sat on the cat", addSpecial: false);

    [Fact]
    public void The_mean_is_that_of_the_single_tokens()
    {
        using LlamaContext context = tiny.NewContext(sequences: 1);
        PerplexityResult result = Perplexity.Measure(context, Text, WindowSize);

        int[] beginning = tiny.Model.Vocabulary is { AddsBos: true, Bos: { } bos } ? [bos] : [];
        var scorer = new ContinuationScorer(context);
        var logProbabilities = new List<double>();
        foreach (int[] part in Text.Chunk(WindowSize - beginning.Length))
        {
            int[] window = [.. beginning, .. part];
            logProbabilities.AddRange(window.Length < 2
                ? []
                : scorer.Score(window.AsSpan(0, 1), window.AsSpan(1)).Tokens.Select(token => (double)token.LogProbability));
        }

        Assert.Equal(logProbabilities.Count, result.PredictionCount);
        Assert.Equal(-logProbabilities.Average(), result.MeanNegativeLogLikelihood, 1e-4);
        Assert.Equal(Math.Exp(result.MeanNegativeLogLikelihood), result.Perplexity, 1e-9);
    }

    [Fact]
    public async Task Measured_on_the_context_s_thread_it_is_the_same_and_reports_each_window()
    {
        await using LlamaContext context = tiny.NewContext();
        PerplexityResult expected = Perplexity.Measure(context, Text, WindowSize);
        var reports = new List<PerplexityResult>();
        PerplexityResult result = await Perplexity.MeasureAsync(context, Text, WindowSize, new Reports(reports.Add));
        Assert.Equal(expected, result);
        Assert.Equal(expected, reports[^1]);
        Assert.True(reports.Count > 1);
        Assert.Equal(WindowSize, reports[0].TokenCount);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Perplexity.MeasureAsync(context, Text, WindowSize, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Windows_that_cannot_be_are_refused()
    {
        using LlamaContext context = tiny.NewContext(batch: 64);
        Assert.Equal("windowSize", Assert.Throws<ArgumentOutOfRangeException>(() => Perplexity.Measure(context, Text, 1)).ParamName);
        Assert.Equal("windowSize", Assert.Throws<ArgumentOutOfRangeException>(() => Perplexity.Measure(context, Text, 65)).ParamName);
        Assert.Equal("tokens", Assert.Throws<ArgumentException>(() => Perplexity.Measure(context, [], 8)).ParamName);
    }

    private sealed class Reports(Action<PerplexityResult> report) : IProgress<PerplexityResult>
    {
        public void Report(PerplexityResult value) => report(value);
    }
}
