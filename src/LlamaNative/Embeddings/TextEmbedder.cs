using LlamaNative.Contexts;
using LlamaNative.Interop;
using LlamaNative.Embeddings;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>
/// Turns texts into embeddings, several at once, with encoders (BERT and its kin) and decoders alike. It keeps one
/// context for all calls, which serves one thread at a time; the asynchronous calls take turns on the context's own.
/// </summary>
public sealed class TextEmbedder : IDisposable, IAsyncDisposable
{
    private const int DefaultBatchSize = 2048;
    private readonly TokenBatch _batch;

    /// <summary>Makes an embedder with a context of its own.</summary>
    /// <param name="model">The model; it may be disposed before the embedder.</param>
    /// <param name="options">How to embed; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is bad; the exception names it.</exception>
    /// <exception cref="ContextCreationException">The model cannot embed this way, or there is not enough memory.</exception>
    public TextEmbedder(LlamaModel model, EmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Options = options ?? new EmbeddingOptions();
        Options.Validate();
        if (model.HasEncoder && model.HasDecoder)
        {
            throw new ContextCreationException(
                "The model encodes and then decodes (T5 and its kin); llama.cpp computes no embeddings with such.");
        }

        int batchSize = Options.BatchSize ?? Math.Clamp(model.ContextLength, 1, DefaultBatchSize);
        int sequences = Math.Min(Options.MaxSequences, batchSize);

        // The native side reserves for a multiple of the sequences; what is more than asked for stays unused.
        int reserved = (batchSize + sequences - 1) / sequences * sequences;

        // A sequence is pooled within one micro-batch only, and only a unified cache leaves sequences of different
        // lengths in one: otherwise the later piece's pool would replace the earlier's without a word.
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

    /// <summary>The options it was made with.</summary>
    public EmbeddingOptions Options { get; }

    /// <summary>Its context, e.g. to use a LoRA adapter; it is disposed with the embedder.</summary>
    public LlamaContext Context { get; }

    /// <summary>How the embeddings of tokens become one.</summary>
    public PoolingType PoolingType => Context.PoolingType;

    /// <summary>Numbers of each vector; with <see cref="PoolingType.Rank"/> one for each class of the model's head.</summary>
    public int EmbeddingLength { get; }

    /// <summary>Most tokens of one input: what the model was trained on, or the batch size if that is less.</summary>
    public int MaxInputTokens { get; }

    /// <summary>Embeds one text.</summary>
    /// <exception cref="InputTooLongException">It has more than <see cref="MaxInputTokens"/> tokens, and the options say to refuse
    /// such.</exception>
    /// <exception cref="ArgumentException">It has no tokens.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EmbeddingResult Embed(string text, CancellationToken cancellationToken = default) => Embed([text], cancellationToken)[0];

    /// <summary>Embeds texts, as many at once as fit; the results come in the order of the texts.</summary>
    /// <exception cref="InputTooLongException">One has more than <see cref="MaxInputTokens"/> tokens, and the options say to refuse
    /// such.</exception>
    /// <exception cref="ArgumentException">One has no tokens.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
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

    /// <summary><see cref="Embed(string, CancellationToken)"/> on the context's own thread.</summary>
    public async Task<EmbeddingResult> EmbedAsync(string text, CancellationToken cancellationToken = default) =>
        (await EmbedAsync([text], cancellationToken).ConfigureAwait(false))[0];

    /// <summary><see cref="Embed(IReadOnlyList{string}, CancellationToken)"/> on the context's own thread.</summary>
    public Task<IReadOnlyList<EmbeddingResult>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Context.Worker.RunAsync(stop => Embed(texts, stop), cancellationToken);
    }

    /// <summary>Embeds inputs that are tokens already, and allocates nothing.</summary>
    /// <param name="tokens">The tokens of all inputs, one input after the other, special ones included.</param>
    /// <param name="lengths">The number of tokens of each input, at most <see cref="MaxInputTokens"/>.</param>
    /// <param name="destination">
    /// The vectors, <see cref="EmbeddingLength"/> numbers each, in the order of the inputs; without pooling one for each token.
    /// </param>
    /// <param name="cancellationToken">Stops within the evaluation on the CPU, and between batches elsewhere.</param>
    /// <exception cref="InputTooLongException">An input is too long; tokens are never cut.</exception>
    /// <exception cref="ArgumentException">A length is 0, or the sizes do not go together.</exception>
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
    /// <see cref="Embed(ReadOnlySpan{int}, ReadOnlySpan{int}, Span{float}, CancellationToken)"/> on the context's own thread;
    /// tokens and lengths must not change, and the destination is undefined, until it ends.
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

    /// <summary>Stops what runs on the context's thread, waits for it, and releases the context.</summary>
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
                throw new ArgumentException($"Input {i} has {lengths[i]} tokens; there must be at least one.", nameof(lengths));
            }

            if (lengths[i] > MaxInputTokens)
            {
                throw new InputTooLongException(i, lengths[i], MaxInputTokens);
            }

            total += lengths[i];
        }

        if (total != tokens.Length)
        {
            throw new ArgumentException($"The lengths add up to {total} tokens and {tokens.Length} are given.", nameof(lengths));
        }

        long numbers = (long)VectorCount(tokens.Length, lengths.Length) * EmbeddingLength;
        if (destination.Length != numbers)
        {
            throw new ArgumentException($"The vectors take {numbers} numbers and the destination has {destination.Length}.",
                nameof(destination));
        }
    }

    /// <summary>Puts the first inputs into the batch, each a sequence from position 0, and returns how many.</summary>
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

    /// <summary>Copies the batch's vectors out, normalised, and returns how many.</summary>
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
