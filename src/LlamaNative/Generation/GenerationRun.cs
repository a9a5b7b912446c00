using System.Diagnostics;
using System.Text;
using LlamaNative.Contexts;
using LlamaNative.Generation;

namespace LlamaNative;

/// <summary>
/// One generation, a token at a time. Each <see cref="MoveNext"/> goes once around the loop and allocates nothing;
/// then <see cref="Token"/> is the new token and <see cref="Utf8"/> the text that became certain with it.
/// </summary>
public sealed class GenerationRun : IDisposable
{
    private readonly GenerationPipeline _pipeline;
    private readonly GenerationSteps _made;
    private readonly CancellationToken _cancellationToken;
    private readonly LlamaContext _context;
    private readonly StopRules _stops;
    private readonly TextStream _text;
    private readonly TokenScorer? _scorer;
    private readonly GenerationTelemetry? _telemetry;
    private readonly int[] _prompt;
    private readonly int _cached;
    private readonly int _maxTokens;
    private readonly long _start;
    private long _firstToken;
    private long _end;
    private int[] _tokens;
    private int _count;
    private int _fed;
    private bool _failed;
    private bool _disposed;

    internal GenerationRun(
        LlamaContext context,
        GenerationPipeline pipeline,
        GenerationSteps made,
        int[] prompt,
        GenerationOptions options,
        long start,
        CancellationToken cancellationToken)
    {
        if (prompt.Length == 0)
        {
            throw new ArgumentException("The prompt has no tokens: there is nothing to continue.", nameof(prompt));
        }

        OptionCheck.InRange(options.TopLogProbabilities, 0, context.Model.Vocabulary.Count);
        _context = context;
        _telemetry = GenerationTelemetry.Begin(context.Model.Path);
        _pipeline = pipeline;
        _made = made;
        _start = start;
        _cancellationToken = cancellationToken;
        _prompt = prompt;
        _stops = new StopRules(context.Model.Vocabulary, options);
        _maxTokens = options.MaxTokens ?? int.MaxValue;
        _cached = pipeline.Forward.Begin(prompt);
        int expected = Math.Min(_maxTokens, pipeline.Forward.FreeTokens + 1);
        _tokens = new int[expected];
        _text = new TextStream(_stops.Matcher, Math.Min(expected * 8, 1 << 16));
        _scorer = options.TopLogProbabilities is { } top ? new TokenScorer(context.Model.Vocabulary.Count, top) : null;
        pipeline.Sampler.Reset();
        pipeline.Sampler.AcceptPrompt(prompt);
    }

    /// <summary>The token that the last step chose.</summary>
    public int Token => _count > 0 ? _tokens[_count - 1] : throw new InvalidOperationException("No token was generated yet.");

    /// <summary>
    /// The text that became certain with the last step, in UTF-8: whole characters, possibly none. Valid until the next step.
    /// </summary>
    public ReadOnlySpan<byte> Utf8 => _text.Piece;

    /// <summary>The tokens generated so far.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>The log-probability of <see cref="Token"/> and its alternatives.</summary>
    /// <exception cref="InvalidOperationException">No token was generated yet, or <see cref="GenerationOptions.TopLogProbabilities"/> is
    /// null.</exception>
    public ScoredToken LogProbability => _scorer is { Count: > 0 } scorer
        ? scorer[scorer.Count - 1]
        : throw new InvalidOperationException("No token was scored: set GenerationOptions.TopLogProbabilities and generate one.");

    /// <summary>Why the generation ended; null while it goes on.</summary>
    public StopReason? StopReason { get; private set; }

    /// <summary>The stop sequence that ended it, if one did.</summary>
    public string? StopSequence { get; private set; }

    /// <summary>
    /// Generates one more token. False when the generation is over; <see cref="StopReason"/> then says why, and
    /// <see cref="Utf8"/> holds what had been held back. Cancelling is such an end and no exception.
    /// </summary>
    /// <exception cref="LlamaException">A step failed; the run is over and the context free for another.</exception>
    /// <exception cref="ContextBusyException">Another thread uses the context; the run is over.</exception>
    /// <exception cref="ObjectDisposedException">The run or the context is disposed.</exception>
    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (StopReason is not null)
        {
            _text.TakeNothing();
            return false;
        }

        if (_count >= _maxTokens)
        {
            return Finish(LlamaNative.StopReason.MaxTokens);
        }

        if (_failed)
        {
            throw new InvalidOperationException("The generation ended with an error; start another.");
        }

        try
        {
            _cancellationToken.ThrowIfCancellationRequested();

            // Held for the whole step: the logits are the context's own memory, which another thread may want to free.
            using LlamaContext.Lease lease = _context.Enter();
            return Step();
        }
        catch (Exception error) when (_cancellationToken.IsCancellationRequested
            && error is (OperationCanceledException or ObjectDisposedException))
        {
            return Finish(LlamaNative.StopReason.Cancelled);
        }
        catch (Exception error)
        {
            // How much of its input was fed is unknown, so going on could feed it twice.
            _failed = true;
            Tell(error);
            throw;
        }
    }

    private bool Step()
    {
        ReadOnlySpan<int> input = _count == 0 ? _prompt.AsSpan(_cached, _prompt.Length - _cached) : _tokens.AsSpan(_fed, _count - _fed);
        if (_pipeline.Forward.FreeTokens < input.Length)
        {
            return Finish(LlamaNative.StopReason.ContextFull);
        }

        Span<float> logits = _pipeline.Forward.Forward(input, _cancellationToken);
        _fed = _count;
        _scorer?.Observe(logits);
        for (int i = 0; i < _pipeline.LogitsProcessors.Count; i++)
        {
            _pipeline.LogitsProcessors[i].Process(logits, Tokens);
        }

        int token = _pipeline.Sampler.Sample(logits);
        _pipeline.Sampler.Accept(token);
        Append(token);
        _scorer?.Record(token);

        if (_stops.EndsWith(token, out StopReason reason, out string? sequence))
        {
            StopSequence = sequence;
            return Finish(reason);
        }

        if (_text.Append(Detokenize(token)))
        {
            StopSequence = _stops.Matcher.Found;
            return Finish(LlamaNative.StopReason.StopSequence);
        }

        for (int i = 0; i < _pipeline.StopConditions.Count; i++)
        {
            if (_pipeline.StopConditions[i].IsMet(Tokens))
            {
                return Finish(LlamaNative.StopReason.Condition);
            }
        }

        _text.TakeCertain();
        return true;
    }

    /// <summary>What was generated; complete once <see cref="StopReason"/> is set.</summary>
    public GenerationResult GetResult() => new(
        Encoding.UTF8.GetString(_text.All),
        Tokens.ToArray(),
        StopReason ?? throw new InvalidOperationException("The generation is not over."),
        StopSequence,
        Usage,
        GetTimings())
    {
        LogProbabilities = _scorer?.ToArray(),
    };

    private TokenUsage Usage => new(_prompt.Length, _cached, _count);

    /// <summary>
    /// Frees the steps made for this run, among them the sampler of <see cref="GenerationOptions.Sampler"/>; the context stays.
    /// </summary>
    public void Dispose()
    {
        Tell(error: null); // a run that was left before its end
        _disposed = true;
        _made.Dispose();
    }

    private void Append(int token)
    {
        if (_count == 0)
        {
            _firstToken = Stopwatch.GetTimestamp();
        }

        if (_count == _tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Max(16, _count * 2));
        }

        _tokens[_count++] = token;
    }

    private int Detokenize(int token)
    {
        int length = _pipeline.Detokenizer.Write(token, _text.Room(64));
        return length >= 0 ? length : _pipeline.Detokenizer.Write(token, _text.Room(-length));
    }

    private bool Finish(StopReason reason)
    {
        _end = Stopwatch.GetTimestamp();
        StopReason = reason;
        _text.TakeRest();
        Tell(error: null);
        return false;
    }

    /// <summary>Tells a monitor, if there is one, that the run is over; only the first time counts.</summary>
    private void Tell(Exception? error)
    {
        if (_telemetry is not null)
        {
            _end = _end == 0 ? Stopwatch.GetTimestamp() : _end;
            _telemetry.End(Usage, GetTimings(), StopReason, error);
        }
    }

    private GenerationTimings GetTimings()
    {
        TimeSpan toFirst = _count == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_start, _firstToken);
        TimeSpan afterFirst = _count == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_firstToken, _end);
        return new GenerationTimings(
            _context.Model.LoadTime,
            toFirst,
            Stopwatch.GetElapsedTime(_start, _end),
            PerSecond(_prompt.Length - _cached, toFirst),
            PerSecond(_count - 1, afterFirst));
    }

    private static double PerSecond(int tokens, TimeSpan time) => tokens > 0 && time > TimeSpan.Zero ? tokens / time.TotalSeconds : 0;
}
