using LlamaNative.Contexts;

namespace LlamaNative.Generation;

/// <summary>
/// The forward pass of an encoder-decoder model (T5 family) on one sequence of a context: the prompt goes to the encoder, and the
/// decoder begins with its start token. Nothing is reused, because every cached value depends on the whole prompt.
/// </summary>
internal sealed class EncoderDecoderPass : IForwardPass, IDisposable
{
    private readonly LlamaContext _context;
    private readonly TokenBatch _batch;
    private readonly int _sequence;
    private readonly int _start;
    private int[] _prompt = [];
    private bool _begun;
    private int _encoding;

    /// <exception cref="LlamaException">The model has no token to begin with.</exception>
    public EncoderDecoderPass(LlamaContext context, int sequence)
    {
        _start = StartToken(context.Model);
        _context = context;
        _sequence = sequence;
        _batch = new TokenBatch(context.MicroBatchSize);
    }

    /// <summary>The prompt's tokens go to the encoder and take no room; all others are the decoder's.</summary>
    public int FreeTokens => Math.Max(DecoderRoom, _begun ? 0 : _context.MicroBatchSize);

    private int DecoderRoom =>
        Math.Min(_context.Cache.GetFreeCells(_sequence), _context.SequenceSize - _context.Cache.GetLength(_sequence));

    /// <summary>The token that the decoder of a model begins with.</summary>
    /// <exception cref="LlamaException">The metadata gives none.</exception>
    public static int StartToken(LlamaModel model) => model.DecoderStartToken
        ?? throw new LlamaException(
            $"The model is an encoder-decoder, but its metadata has neither {model.Architecture}.decoder_start_token_id nor a "
            + "beginning-of-sequence token for the decoder to begin with.");

    /// <inheritdoc/>
    /// <exception cref="ContextOverflowException">The prompt is longer than a micro-batch.</exception>
    public int Begin(ReadOnlySpan<int> prompt)
    {
        Check(_context, prompt.Length);
        _context.Cache.Remove(_sequence);
        (_prompt, _begun) = (prompt.ToArray(), false);
        return 0;
    }

    /// <summary>Rejects a prompt that the encoder cannot read at once.</summary>
    public static void Check(LlamaContext context, int promptTokens)
    {
        if (promptTokens > context.MicroBatchSize)
        {
            throw ContextOverflowException.OfEncoder(promptTokens, context.MicroBatchSize);
        }
    }

    /// <summary>Evaluates the prompt with the encoder; <paramref name="batch"/> is used for it.</summary>
    public static void Encode(LlamaContext context, TokenBatch batch, int sequence, ReadOnlySpan<int> prompt,
        CancellationToken cancellationToken)
    {
        batch.Clear();
        for (int i = 0; i < prompt.Length; i++)
        {
            batch.Add(prompt[i], i, sequence, logits: true);
        }

        context.Encode(batch, cancellationToken);
    }

    /// <inheritdoc/>
    public Span<float> Forward(ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        if (!_begun || _encoding != _context.Encodings)
        {
            // Also if a generation on another sequence has encoded its own prompt meanwhile.
            Encode(_context, _batch, _sequence, _prompt, cancellationToken);
            _encoding = _context.Encodings;
        }

        Decode(_begun ? tokens : [_start], cancellationToken);
        _begun = true;
        return _context.BorrowLogits();
    }

    private void Decode(ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        int position = _context.Cache.GetLength(_sequence);
        _batch.Clear();
        for (int i = 0; i < tokens.Length; i++)
        {
            _batch.Add(tokens[i], position + i, _sequence, logits: i == tokens.Length - 1);
        }

        _context.Decode(_batch, cancellationToken);
    }

    /// <summary>Frees the batch but not the context.</summary>
    public void Dispose() => _batch.Dispose();
}
