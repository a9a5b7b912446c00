using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Merging;

/// <summary>What <see cref="MergeCheck"/> looks at.</summary>
public sealed record MergeCheckOptions
{
    /// <summary>What the model continues.</summary>
    public string Prompt { get; init; } = "Once upon a time";

    /// <summary>Tokens to generate, the most likely each time.</summary>
    public int MaxTokens { get; init; } = 32;

    /// <summary>The text to measure perplexity on; null for none.</summary>
    public string? Text { get; init; }

    /// <summary>Tokens of a window of the text, at most as many as the model was trained to see.</summary>
    public int WindowSize { get; init; } = 512;

    /// <summary>Threads to compute with; null for the library's choice.</summary>
    public int? Threads { get; init; }

    internal void Validate()
    {
        OptionCheck.NotNull(Prompt);
        OptionCheck.AtLeast(MaxTokens, 0);
        OptionCheck.AtLeast(WindowSize, 2);
        OptionCheck.AtLeast(Threads, 1);
    }
}

/// <summary>How a model answers.</summary>
/// <param name="Path">The model.</param>
/// <param name="Description">What llama.cpp calls it.</param>
/// <param name="Generated">What it continued the prompt with.</param>
/// <param name="Perplexity">exp of the mean negative log-likelihood of the text's tokens; null without a text.</param>
/// <param name="PredictionCount">The tokens it is measured on.</param>
public sealed record MergeCheckResult(string Path, string Description, string Generated, double? Perplexity, int PredictionCount);

/// <summary>Loads a model, has it say something, and measures how well it knows a text.</summary>
public static class MergeCheck
{
    /// <summary>Checks a model.</summary>
    /// <exception cref="ArgumentException">An option is bad; the exception names it.</exception>
    /// <exception cref="ModelLoadException">llama.cpp cannot run it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static MergeCheckResult Run(string path, MergeCheckOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new MergeCheckOptions();
        options.Validate();
        using LlamaModel model = LlamaModel.Load(path, cancellationToken: cancellationToken);
        int window = Math.Min(options.WindowSize, model.ContextLength);
        var settings = new ContextOptions { ContextSize = window, BatchSize = window, MicroBatchSize = window, MaxOutputsPerSequence = window, Threads = options.Threads };
        using var context = new LlamaContext(model, settings);
        string generated = new TextGenerator(context).Generate(
            options.Prompt,
            new GenerationOptions { MaxTokens = options.MaxTokens, Sampling = SamplingOptions.Greedy },
            cancellationToken).Text;
        int[] tokens = options.Text is null ? [] : model.Vocabulary.Tokenize(options.Text, addSpecial: false);
        if (tokens.Length == 0)
        {
            return new MergeCheckResult(path, model.Description, generated, Perplexity: null, PredictionCount: 0);
        }

        PerplexityResult measured = Perplexity.Measure(context, tokens, window, cancellationToken: cancellationToken);
        return new MergeCheckResult(path, model.Description, generated, measured.Perplexity, measured.PredictionCount);
    }

    /// <summary><see cref="Run"/> on a pool thread.</summary>
    public static Task<MergeCheckResult> RunAsync(
        string path, MergeCheckOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Run(path, options, cancellationToken), cancellationToken);
}
