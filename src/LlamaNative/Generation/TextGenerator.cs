using System.Diagnostics;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>
/// Generates text with a context. Consecutive calls on one sequence evaluate only the new part of their prompt. Every method
/// takes <see cref="GenerationOptions"/>, including custom samplers, logits processors and stop conditions.
/// </summary>
/// <remarks>
/// In an encoder-decoder model (T5 family), the encoder reads the whole prompt at once, so it must fit into a micro-batch, and the
/// decoder generates from its start token. Nothing of an earlier prompt is reused.
/// </remarks>
public sealed partial class TextGenerator
{
    private readonly int _sequence;

    /// <summary>Creates a generator.</summary>
    /// <param name="context">The context; owned by the caller.</param>
    /// <param name="sequence">The sequence id to use.</param>
    /// <exception cref="LlamaException">The model cannot generate text; see <see cref="LlamaModel.GeneratesText"/>.</exception>
    public TextGenerator(LlamaContext context, int sequence = 0)
    {
        ArgumentNullException.ThrowIfNull(context);
        ModelArchitecture.RequireText(context.Model);
        Context = context;
        _sequence = sequence;
    }

    /// <summary>The context.</summary>
    public LlamaContext Context { get; }

    /// <summary>Generates on the calling thread and returns the complete result.</summary>
    /// <param name="prompt">The text to continue.</param>
    /// <param name="options">Generation options; null for the defaults.</param>
    /// <param name="cancellationToken">Stops within the graph on the CPU, and between micro-batches on other devices.</param>
    /// <exception cref="ArgumentException">The prompt has no tokens, or an option is out of range.</exception>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    /// <exception cref="OperationCanceledException">The generation was cancelled.</exception>
    public GenerationResult Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        using GenerationRun run = Start(prompt, options, cancellationToken);
        return Complete(run, cancellationToken);
    }

    /// <summary>Generates a continuation of a tokenized prompt.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions, CancellationToken)"/>
    public GenerationResult Generate(
        ReadOnlySpan<int> prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        using GenerationRun run = Start(prompt, options, cancellationToken);
        return Complete(run, cancellationToken);
    }

    /// <summary>Starts a generation that is stepped on the calling thread. Dispose it afterwards.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions, CancellationToken)" path="/param"/>
    /// <exception cref="ArgumentException">The prompt has no tokens, or an option is out of range.</exception>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    public GenerationRun Start(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Begin(pipeline => pipeline.Tokenizer.Tokenize(prompt), options, replace: null, cancellationToken);
    }

    /// <summary>Starts a generation for a tokenized prompt.</summary>
    /// <inheritdoc cref="Start(string, GenerationOptions, CancellationToken)"/>
    public GenerationRun Start(ReadOnlySpan<int> prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        int[] tokens = prompt.ToArray();
        return Begin(_ => tokens, options, replace: null, cancellationToken);
    }

    /// <summary>Starts a generation with some steps replaced.</summary>
    /// <param name="prompt">The text to continue.</param>
    /// <param name="options">Generation options; null for the defaults.</param>
    /// <param name="replace">Receives the steps created from the options and returns those to use. Replacements belong to the
    /// caller.</param>
    /// <param name="cancellationToken">Stops within the graph on the CPU, and between micro-batches on other devices.</param>
    /// <exception cref="ArgumentException">The prompt has no tokens, or an option is invalid.</exception>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    public GenerationRun Start(
        string prompt,
        GenerationOptions? options,
        Func<GenerationPipeline, GenerationPipeline> replace,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(replace);
        return Begin(pipeline => pipeline.Tokenizer.Tokenize(prompt), options, replace, cancellationToken);
    }

    /// <summary>
    /// Generates on the context's thread and streams the text. Calls on one context are queued. Leaving the enumeration early
    /// stops the generation.
    /// </summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions, CancellationToken)" path="/param"/>
    public StreamingGeneration StreamAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return new StreamingGeneration(Context, stop => Start(prompt, options, stop), cancellationToken);
    }

    /// <summary>Streams the continuation of a tokenized prompt. Do not modify the tokens until the generation ends.</summary>
    /// <inheritdoc cref="StreamAsync(string, GenerationOptions, CancellationToken)"/>
    public StreamingGeneration StreamAsync(
        ReadOnlyMemory<int> prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        new(Context, stop => Start(prompt.Span, options, stop), cancellationToken);

    /// <summary>Generates on the context's thread and returns the complete result.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions, CancellationToken)"/>
    public Task<GenerationResult> GenerateAsync(
        string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        CompleteAsync(StreamAsync(prompt, options, cancellationToken));

    /// <summary>
    /// Generates a continuation of a tokenized prompt on the context's thread. Do not modify the tokens until the task
    /// completes.
    /// </summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions, CancellationToken)"/>
    public Task<GenerationResult> GenerateAsync(
        ReadOnlyMemory<int> prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        CompleteAsync(StreamAsync(prompt, options, cancellationToken));

    private GenerationRun Begin(
        Func<GenerationPipeline, int[]> tokenize,
        GenerationOptions? options,
        Func<GenerationPipeline, GenerationPipeline>? replace,
        CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        options ??= new GenerationOptions();
        options.Validate();
        GenerationSteps? steps = null;
        try
        {
            using LlamaContext.Lease lease = Context.Enter();
            steps = new GenerationSteps(Context, options, _sequence);
            GenerationPipeline pipeline = replace is null ? steps.Pipeline : replace(steps.Pipeline);
            return new GenerationRun(Context, pipeline, steps, tokenize(pipeline), options, start, cancellationToken);
        }
        catch
        {
            steps?.Dispose();
            throw;
        }
    }

    private static GenerationResult Complete(GenerationRun run, CancellationToken cancellationToken)
    {
        while (run.MoveNext())
        {
        }

        return run.StopReason == StopReason.Cancelled ? throw new OperationCanceledException(cancellationToken) : run.GetResult();
    }

    private static async Task<GenerationResult> CompleteAsync(StreamingGeneration stream)
    {
        await foreach (string _ in stream.ConfigureAwait(false))
        {
        }

        return stream.Result!;
    }
}
