using LlamaNative.Contexts;
using LlamaNative.Embeddings;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>
/// Computes text embeddings in batches, with encoder models (BERT family) and decoder models. All calls share one context,
/// which serves one thread at a time; asynchronous calls are queued on the context's thread.
/// </summary>
public sealed class TextEmbedder : IDisposable, IAsyncDisposable
{
    private const int DefaultBatchSize = 2048;
    private readonly TokenBatch _batch;

    /// <summary>Creates an embedder with its own context.</summary>
    /// <param name="model">The model; it may be disposed before the embedder.</param>
    /// <param name="options">How to embed; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="ContextCreationException">The model does not support these options, or memory is
    /// insufficient.</exception>
    public TextEmbedder(LlamaModel model, EmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Options = options ?? new EmbeddingOptions();
        Options.Validate();
        int batchSize = Options.BatchSize ?? Math.Clamp(model.ContextLength, 1, DefaultBatchSize);
        int sequences = ModelArchitecture.SharesCells(model.Architecture) ? Math.Min(Options.MaxSequences, batchSize) : 1;

        // llama.cpp reserves for a multiple of the sequence count; the excess stays unused.
        int reserved = (batchSize + sequences - 1) / sequences * sequences;

        // Pooling works within one micro-batch only, and only a unified cache keeps sequences of different lengths in the same
        // one. Otherwise the pool of a sequence's second part would silently replace that of its first.
        Context = new LlamaContext(model, new ContextOptions
        {
            ContextSize = reserved,
            BatchSize = reserved,
            MicroBatchSize = reserved,
            MaxSequences = sequences,
            UnifiedCache = true,
            Embeddings = true,
            PoolingType = Options.PoolingType,
            AttentionType = Options.AttentionType,
            Threads = Options.Threads,
        });
        _batch = new TokenBatch(batchSize);
        MaxInputTokens = Math.Min(_batch.Capacity, model.ContextLength);
        EmbeddingLength = Context.EmbeddingLength;
    }

    /// <summary>The options the embedder was created with.</summary>
    public EmbeddingOptions Options { get; }

    /// <summary>The embedder's context, e.g. for setting LoRA adapters; disposed with the embedder.</summary>
    public LlamaContext Context { get; }

    /// <summary>How token embeddings are pooled.</summary>
    public PoolingType PoolingType => Context.PoolingType;

    /// <summary>
    /// Length of each vector; with <see cref="PoolingType.Rank"/> the number of classes of the classification head.
    /// </summary>
    public int EmbeddingLength { get; }

    /// <summary>Maximum number of tokens of one input: the trained length or the batch size, whichever is smaller.</summary>
    public int MaxInputTokens { get; }

    /// <summary>Embeds one text.</summary>
    /// <exception cref="InputTooLongException">The text has more than <see cref="MaxInputTokens"/> tokens, and
    /// <see cref="EmbeddingOptions.LongInputs"/> does not allow truncation.</exception>
    /// <exception cref="ArgumentException">The text has no tokens.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public EmbeddingResult Embed(string text, CancellationToken cancellationToken = default) => Embed([text], cancellationToken)[0];

    /// <summary>Embeds texts in batches that are as large as fits; the results are in input order.</summary>
    /// <exception cref="InputTooLongException">A text has more than <see cref="MaxInputTokens"/> tokens, and
    /// <see cref="EmbeddingOptions.LongInputs"/> does not allow truncation.</exception>
    /// <exception cref="ArgumentException">A text has no tokens.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public IReadOnlyList<EmbeddingResult> Embed(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var inputs = new TokenizedInput[texts.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            int[] tokens = Context.Model.Vocabulary.Tokenize(texts[i], Options.AddSpecial, Options.ParseSpecial);
            inputs[i] = TokenizedInput.Fit(Context.Model.Vocabulary, tokens, i, MaxInputTokens, Options.LongInputs);
        }

        return Embed(inputs, cancellationToken);
    }

    /// <summary><see cref="Embed(string, CancellationToken)"/> on the context's thread.</summary>
    public async Task<EmbeddingResult> EmbedAsync(string text, CancellationToken cancellationToken = default) =>
        (await EmbedAsync([text], cancellationToken).ConfigureAwait(false))[0];

    /// <summary><see cref="Embed(IReadOnlyList{string}, CancellationToken)"/> on the context's thread.</summary>
    public Task<IReadOnlyList<EmbeddingResult>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Context.Worker.RunAsync(stop => Embed(texts, stop), cancellationToken);
    }

    /// <summary>Embeds inputs that are already tokenized. Does not allocate.</summary>
    /// <param name="tokens">The tokens of all inputs, concatenated, including special tokens.</param>
    /// <param name="lengths">The token count of each input, at most <see cref="MaxInputTokens"/>.</param>
    /// <param name="destination">
    /// The vectors in input order, <see cref="EmbeddingLength"/> elements each; without pooling, one per token.
    /// </param>
    /// <param name="cancellationToken">Stops within the graph on the CPU, and between batches on other devices.</param>
    /// <exception cref="InputTooLongException">An input is too long; token inputs are never truncated.</exception>
    /// <exception cref="ArgumentException">A length is less than 1, or the lengths do not match the sizes of the
    /// spans.</exception>
    public void Embed(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, Span<float> destination,
        CancellationToken cancellationToken = default)
    {
        using LlamaContext.Lease lease = Context.Enter();
        Check(tokens, lengths, destination);
        while (lengths.Length > 0)
        {
            int inputs = Fill(tokens, lengths);
            if (Context.Cache.Exists)
            {
                Context.Cache.Clear();
            }

            Context.Decode(_batch, cancellationToken);
            int vectors = Read(inputs, destination);
            tokens = tokens[_batch.Count..];
            lengths = lengths[inputs..];
            destination = destination[(vectors * EmbeddingLength)..];
        }
    }

    /// <summary>
    /// <see cref="Embed(ReadOnlySpan{int}, ReadOnlySpan{int}, Span{float}, CancellationToken)"/> on the context's thread. Until
    /// the task completes, do not modify tokens and lengths; the destination's content is undefined.
    /// </summary>
    public Task EmbedAsync(
        ReadOnlyMemory<int> tokens,
        ReadOnlyMemory<int> lengths,
        Memory<float> destination,
        CancellationToken cancellationToken = default) =>
        Context.Worker.RunAsync(
            stop =>
            {
                Embed(tokens.Span, lengths.Span, destination.Span, stop);
                return true;
            },
            cancellationToken);

    /// <summary>Releases the context.</summary>
    public void Dispose()
    {
        Context.Dispose();
        _batch.Dispose();
    }

    /// <summary>Cancels work on the context's thread, waits for it, and releases the context.</summary>
    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync().ConfigureAwait(false);
        _batch.Dispose();
    }

    internal EmbeddingResult[] Embed(TokenizedInput[] inputs, CancellationToken cancellationToken)
    {
        int[] tokens = [.. inputs.SelectMany(input => input.Tokens)];
        int[] lengths = Array.ConvertAll(inputs, input => input.Tokens.Length);
        float[] values = new float[checked(VectorCount(tokens.Length, lengths.Length) * EmbeddingLength)];
        Embed(tokens, lengths, values, cancellationToken);

        var results = new EmbeddingResult[inputs.Length];
        int offset = 0;
        for (int i = 0; i < results.Length; i++)
        {
            var vectors = new float[VectorCount(lengths[i], 1)][];
            for (int v = 0; v < vectors.Length; v++, offset += EmbeddingLength)
            {
                vectors[v] = values.AsSpan(offset, EmbeddingLength).ToArray();
            }

            results[i] = new EmbeddingResult(vectors, lengths[i], inputs[i].Truncated);
        }

        return results;
    }

    private int VectorCount(int tokens, int inputs) => PoolingType == PoolingType.None ? tokens : inputs;

    private void Check(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, Span<float> destination)
    {
        long total = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] <= 0)
            {
                throw new ArgumentException($"Input {i} has {lengths[i]} tokens; it needs at least one.", nameof(lengths));
            }

            if (lengths[i] > MaxInputTokens)
            {
                throw new InputTooLongException(i, lengths[i], MaxInputTokens);
            }

            total += lengths[i];
        }

        if (total != tokens.Length)
        {
            throw new ArgumentException($"The lengths add up to {total} tokens, but {tokens.Length} were passed.", nameof(lengths));
        }

        long numbers = (long)VectorCount(tokens.Length, lengths.Length) * EmbeddingLength;
        if (destination.Length != numbers)
        {
            throw new ArgumentException($"The vectors have {numbers} elements, but the destination has {destination.Length}.",
                nameof(destination));
        }
    }

    /// <summary>
    /// Fills the batch with the next inputs that fit, each a sequence from position 0, and returns their number.
    /// </summary>
    private int Fill(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        _batch.Clear();
        int sequence = 0;
        while (sequence < lengths.Length && sequence < Context.Cache.SequenceCount && _batch.Count + lengths[sequence] <= _batch.Capacity)
        {
            for (int position = 0; position < lengths[sequence]; position++)
            {
                _batch.Add(tokens[_batch.Count], position, sequence, logits: true);
            }

            sequence++;
        }

        return sequence;
    }

    /// <summary>Copies the batch's normalized vectors to the destination and returns their number.</summary>
    private int Read(int inputs, Span<float> destination)
    {
        int vectors = VectorCount(_batch.Count, inputs);
        for (int i = 0; i < vectors; i++)
        {
            Span<float> vector = destination.Slice(i * EmbeddingLength, EmbeddingLength);
            ReadOnlySpan<float> computed = PoolingType == PoolingType.None
                ? Context.BorrowTokenEmbedding(i)
                : Context.BorrowSequenceEmbedding(i);
            computed.CopyTo(vector);
            if (PoolingType != PoolingType.Rank)
            {
                Options.Normalization.Apply(vector);
            }
        }

        return vectors;
    }
}
