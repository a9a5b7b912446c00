using LlamaNative.Contexts;
using LlamaNative.Embeddings;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>How well a document answers a query.</summary>
/// <param name="Index">The document's place among those given.</param>
/// <param name="Score">
/// The score as the model gives it, the first of <paramref name="Scores"/>: for most models any number (a logit), for some
/// a probability. Only its order among documents of one query means something.
/// </param>
/// <param name="Scores">One number for each class of the model's head; most have one class.</param>
/// <param name="TokenCount">Tokens evaluated.</param>
/// <param name="TruncatedTokens">Tokens of the document cut off because the pair was too long.</param>
public sealed record RankedDocument(int Index, float Score, IReadOnlyList<float> Scores, int TokenCount, int TruncatedTokens);

/// <summary>
/// Ranks documents by how well they answer a query, with a reranking model (a cross-encoder: it reads query and document
/// together). Query and document are put together as llama.cpp's server does it.
/// </summary>
public sealed class Reranker : IDisposable, IAsyncDisposable
{
    private readonly TextEmbedder _embedder;
    private readonly RerankPrompt _prompt;

    /// <summary>Makes a reranker with a context of its own.</summary>
    /// <param name="model">The model; it may be disposed before the reranker.</param>
    /// <param name="options">Sizes and policies; pooling and normalisation are given by the task. Null for the defaults.</param>
    /// <exception cref="ContextCreationException">The model has no head to rank with.</exception>
    public Reranker(LlamaModel model, EmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _prompt = new RerankPrompt(model);
        _embedder = new TextEmbedder(model, (options ?? new EmbeddingOptions()) with { PoolingType = PoolingType.Rank });
        Labels = ReadLabels(model, _embedder.EmbeddingLength);
    }

    /// <summary>The names of the classes of the model's head, in the order of their scores; null where the model names none.</summary>
    public IReadOnlyList<string?> Labels { get; }

    /// <summary>Most tokens of query and document together.</summary>
    public int MaxInputTokens => _embedder.MaxInputTokens;

    /// <summary>Scores each document for the query and returns them, the best first; equals keep their order.</summary>
    /// <exception cref="InputTooLongException">A pair is too long and the options say to refuse such, or the query leaves no room for a
    /// document.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
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

    /// <summary><see cref="Rank"/> on the context's own thread.</summary>
    public Task<IReadOnlyList<RankedDocument>> RankAsync(string query, IReadOnlyList<string> documents,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        return _embedder.Context.Worker.RunAsync(stop => Rank(query, documents, stop), cancellationToken);
    }

    /// <summary>Releases the context.</summary>
    public void Dispose() => _embedder.Dispose();

    /// <summary>Stops what runs on the context's thread, waits for it, and releases the context.</summary>
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
