using LlamaNative.Contexts;

namespace LlamaNative.Generation;

/// <summary>The forward pass on one sequence of a context.</summary>
internal sealed class ContextForwardPass : IForwardPass, IDisposable
{
    private readonly LlamaContext _context;
    private readonly TokenBatch _batch;
    private readonly int _sequence;
    private readonly bool _reuseCache;

    /// <summary>Creates the pass.</summary>
    /// <param name="context">The context.</param>
    /// <param name="sequence">The sequence id.</param>
    /// <param name="reuseCache">Whether <see cref="Begin"/> reuses the prompt's cached prefix.</param>
    public ContextForwardPass(LlamaContext context, int sequence = 0, bool reuseCache = true)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _sequence = sequence;
        _reuseCache = reuseCache;

        // One micro-batch at a time, so that a long prompt can be cancelled in between on any device.
        _batch = new TokenBatch(Math.Min(context.MicroBatchSize, context.BatchSize));
    }

    /// <inheritdoc/>
    public int FreeTokens => Math.Min(_context.Cache.GetFreeCells(_sequence), _context.SequenceSize - _context.Cache.GetLength(_sequence));

    /// <inheritdoc/>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    public int Begin(ReadOnlySpan<int> prompt)
    {
        if (prompt.Length > _context.SequenceSize)
        {
            throw new ContextOverflowException(prompt.Length, _context.SequenceSize);
        }

        int common = _reuseCache ? _context.Cache.GetCommonPrefix(prompt, _sequence) : 0;
        return _context.Cache.Truncate(_sequence, Math.Min(common, prompt.Length - 1));
    }

    /// <inheritdoc/>
    public Span<float> Forward(ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        int position = _context.Cache.GetLength(_sequence);
        while (tokens.Length > 0)
        {
            int count = Math.Min(tokens.Length, _batch.Capacity);
            _batch.Clear();
            for (int i = 0; i < count; i++)
            {
                _batch.Add(tokens[i], position++, _sequence, logits: i == tokens.Length - 1);
            }

            _context.Decode(_batch, cancellationToken);
            tokens = tokens[count..];
        }

        return _context.BorrowLogits();
    }

    /// <summary>Frees the batch but not the context.</summary>
    public void Dispose() => _batch.Dispose();
}
