using System.Diagnostics;
using LlamaNative.Generation;

namespace LlamaNative;

/// <summary>
/// Generates text with a context. Consecutive calls on one sequence evaluate only what is new in their prompt.
/// </summary>
/// <param name="context">The context; it stays the caller's.</param>
/// <param name="sequence">The sequence of its cache to use.</param>
public sealed class TextGenerator(LlamaContext context, int sequence = 0)
{
    /// <summary>The context it uses.</summary>
    public LlamaContext Context { get; } = context ?? throw new ArgumentNullException(nameof(context));

    /// <summary>Generates on the calling thread and returns when it is over.</summary>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public GenerationResult Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        using GenerationRun run = Start(prompt, options, cancellationToken);
        while (run.MoveNext())
        {
        }

        return run.StopReason == StopReason.Cancelled ? throw new OperationCanceledException(cancellationToken) : run.GetResult();
    }

    /// <summary>Begins a generation to be stepped through on the calling thread; dispose it afterwards.</summary>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    public GenerationRun Start(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        return Begin(pipeline => pipeline.Tokenizer.Tokenize(prompt), options, static pipeline => pipeline, null, cancellationToken);
    }

    /// <summary>Begins a generation behind a prompt that is already tokens.</summary>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    public GenerationRun Start(ReadOnlySpan<int> prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        int[] tokens = prompt.ToArray();
        return Begin(_ => tokens, options ?? new GenerationOptions(), static pipeline => pipeline, null, cancellationToken);
    }

    /// <summary>Begins a generation with steps of the caller's own; they stay the caller's.</summary>
    public GenerationRun Start(string prompt, GenerationPipeline pipeline, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(pipeline);
        long start = Stopwatch.GetTimestamp();
        using LlamaContext.Lease lease = Context.Enter();
        int[] tokens = pipeline.Tokenizer.Tokenize(prompt);
        return new GenerationRun(Context, pipeline, [], tokens, options ?? new GenerationOptions(), start, cancellationToken);
    }

    /// <summary>
    /// Generates on the context's own thread and hands over the text as it comes. Calls on one context take turns. Leaving
    /// the enumeration early stops the generation.
    /// </summary>
    public StreamingGeneration StreamAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return new StreamingGeneration(Context, stop => Start(prompt, options, stop), cancellationToken);
    }

    /// <summary>Generates on the context's own thread and returns the whole.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<GenerationResult> GenerateAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        StreamingGeneration stream = StreamAsync(prompt, options, cancellationToken);
        await foreach (string _ in stream.ConfigureAwait(false))
        {
        }

        return stream.Result!;
    }

    /// <summary>Begins a generation with steps made from the usual ones; what they need besides is freed with the run.</summary>
    internal GenerationRun Start(
        ReadOnlySpan<int> prompt, GenerationOptions options, Func<GenerationPipeline, GenerationPipeline> change, IDisposable needed, CancellationToken cancellationToken)
    {
        int[] tokens = prompt.ToArray();
        return Begin(_ => tokens, options, change, needed, cancellationToken);
    }

    private GenerationRun Begin(
        Func<GenerationPipeline, int[]> tokenize,
        GenerationOptions options,
        Func<GenerationPipeline, GenerationPipeline> change,
        IDisposable? needed,
        CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        GenerationPipeline? pipeline = null;
        try
        {
            using LlamaContext.Lease lease = Context.Enter();
            pipeline = GenerationPipeline.Create(Context, options, sequence);
            GenerationPipeline steps = change(pipeline);
            return new GenerationRun(Context, steps, [pipeline, needed], tokenize(steps), options, start, cancellationToken);
        }
        catch
        {
            pipeline?.Dispose();
            needed?.Dispose();
            throw;
        }
    }
}
