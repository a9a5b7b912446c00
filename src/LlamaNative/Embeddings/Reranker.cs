using LlamaNative.Contexts;
using LlamaNative.Embeddings;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>The relevance of a document to a query.</summary>
/// <param name="Index">The document's index in the input list.</param>
/// <param name="Score">
/// The model's score, the first of <paramref name="Scores"/>: an unbounded logit for most models, a probability for some.
/// Scores are comparable only between documents for the same query.
/// </param>
/// <param name="Scores">One score per class of the classification head; most models have one class.</param>
/// <param name="TokenCount">Number of evaluated tokens.</param>
/// <param name="TruncatedTokens">Number of document tokens cut off because the pair was too long.</param>
public sealed record RankedDocument(int Index, float Score, IReadOnlyList<float> Scores, int TokenCount, int TruncatedTokens);

/// <summary>
/// Ranks documents by relevance to a query with a reranking model (a cross-encoder, which evaluates query and document
/// together). Prompts are formatted as in llama.cpp's server.
/// </summary>
public sealed class Reranker : IDisposable, IAsyncDisposable
{
    private readonly TextEmbedder _embedder;
    private readonly RerankPrompt _prompt;

    /// <summary>Creates a reranker with its own context.</summary>
    /// <param name="model">The model; it may be disposed before the reranker.</param>
    /// <param name="options">Embedding options; null for the defaults. Pooling and normalization are fixed and ignored.</param>
    /// <exception cref="ContextCreationException">The model has no classification head.</exception>
    public Reranker(LlamaModel model, EmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _prompt = new RerankPrompt(model);
        _embedder = new TextEmbedder(model, (options ?? new EmbeddingOptions()) with { PoolingType = PoolingType.Rank });
        Labels = ReadLabels(model, _embedder.EmbeddingLength);
    }

    /// <summary>Labels of the classes, in the order of their scores; null for a class without a label.</summary>
    public IReadOnlyList<string?> Labels { get; }

    /// <summary>Maximum number of tokens of query and document together.</summary>
    public int MaxInputTokens => _embedder.MaxInputTokens;

    /// <summary>
    /// Scores each document against the query and returns them in descending order of score; ties keep their input order.
    /// </summary>
    /// <exception cref="InputTooLongException">A pair is too long and <see cref="EmbeddingOptions.LongInputs"/> does not allow
    /// truncation, or the query alone leaves no space for a document.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public IReadOnlyList<RankedDocument> Rank(string query, IReadOnlyList<string> documents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        var inputs = new TokenizedInput[documents.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = _prompt.Build(query, documents[i], i, MaxInputTokens, _embedder.Options.LongInputs);
        }

        EmbeddingResult[] results = _embedder.Embed(inputs, cancellationToken);
        return [.. results
            .Select((result, i) => new RankedDocument(i, result.Vector[0], result.Vector, result.TokenCount, result.TruncatedTokens))
            .OrderByDescending(document => document.Score)];
    }

    /// <summary><see cref="Rank"/> on the context's thread.</summary>
    public Task<IReadOnlyList<RankedDocument>> RankAsync(string query, IReadOnlyList<string> documents,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        return _embedder.Context.Worker.RunAsync(stop => Rank(query, documents, stop), cancellationToken);
    }

    /// <summary>Releases the context.</summary>
    public void Dispose() => _embedder.Dispose();

    /// <summary>Cancels work on the context's thread, waits for it, and releases the context.</summary>
    public ValueTask DisposeAsync() => _embedder.DisposeAsync();

    private static unsafe string?[] ReadLabels(LlamaModel model, int count)
    {
        using var keepAlive = new HandleReference(model.Handle);
        var labels = new string?[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = NativeText.Read(LlamaClassifiers.llama_model_cls_label(model.Handle, (uint)i));
        }

        return labels;
    }
}
