using LlamaNative.Generation;
using LlamaNative.Models;

namespace LlamaNative.Merging;

/// <summary>Options of <see cref="MergeCheck"/>.</summary>
public sealed record MergeCheckOptions
{
    /// <summary>The prompt to continue.</summary>
    public string Prompt { get; init; } = "Once upon a time";

    /// <summary>Maximum number of tokens to generate, with greedy decoding.</summary>
    public int MaxTokens { get; init; } = 32;

    /// <summary>The text to measure perplexity on, or null.</summary>
    public string? Text { get; init; }

    /// <summary>Perplexity window in tokens, capped at the model's trained context length.</summary>
    public int WindowSize { get; init; } = 512;

    /// <summary>Number of compute threads; null for the library's default.</summary>
    public int? Threads { get; init; }

    internal void Validate()
    {
        OptionCheck.NotNull(Prompt);
        OptionCheck.AtLeast(MaxTokens, 0);
        OptionCheck.AtLeast(WindowSize, 2);
        OptionCheck.AtLeast(Threads, 1);
    }
}

/// <summary>The result of checking a model.</summary>
/// <param name="Path">The model file.</param>
/// <param name="Description">llama.cpp's description of the model.</param>
/// <param name="Generated">The continuation of the prompt.</param>
/// <param name="Perplexity">Perplexity of the text: exp of the mean negative log-likelihood per token; null without a
/// text.</param>
/// <param name="PredictionCount">Number of predicted tokens.</param>
public sealed record MergeCheckResult(string Path, string Description, string Generated, double? Perplexity, int PredictionCount);

/// <summary>Loads a model, generates a continuation, and measures perplexity on a text.</summary>
public static class MergeCheck
{
    /// <summary>Checks a model.</summary>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="ModelLoadException">llama.cpp cannot load the model.</exception>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public static MergeCheckResult Run(string path, MergeCheckOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new MergeCheckOptions();
        options.Validate();
        using LlamaModel model = LlamaModel.Load(path, cancellationToken: cancellationToken);
        int window = Math.Min(options.WindowSize, model.ContextLength);
        var settings = new ContextOptions
        {
            ContextSize = window,
            BatchSize = window,
            MicroBatchSize = window,
            MaxOutputsPerSequence = window,
            Threads = options.Threads,
        };
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

    /// <summary><see cref="Run"/> on a thread-pool thread.</summary>
    public static Task<MergeCheckResult> RunAsync(string path, MergeCheckOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Run(path, options, cancellationToken), cancellationToken);
}
