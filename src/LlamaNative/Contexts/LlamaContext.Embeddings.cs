using LlamaNative.Contexts;
using LlamaNative.Interop;

namespace LlamaNative;

public sealed unsafe partial class LlamaContext
{
    /// <summary>
    /// Length of one embedding: the model's output size, or with <see cref="PoolingType.Rank"/> the number of classes of the
    /// classification head.
    /// </summary>
    public int EmbeddingLength => PoolingType == PoolingType.Rank
        ? (int)LlamaClassifiers.llama_model_n_cls_out(Model.Handle)
        : LlamaModels.llama_model_n_embd_out(Model.Handle);

    /// <summary>
    /// The pooled embedding of a sequence of the last batch, without a copy: valid until the next evaluation. The whole
    /// sequence must have been in that batch.
    /// </summary>
    /// <param name="sequence">The sequence id.</param>
    /// <exception cref="InvalidOperationException">The context does not compute pooled embeddings.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The sequence was not in the last batch.</exception>
    public ReadOnlySpan<float> BorrowSequenceEmbedding(int sequence)
    {
        if (!Options.Embeddings || PoolingType == PoolingType.None)
        {
            throw new InvalidOperationException(
                "The context does not pool embeddings: create it with ContextOptions.Embeddings and a PoolingType other than None.");
        }

        using Lease lease = Enter();
        float* embedding = LlamaDecoding.llama_get_embeddings_seq(Handle, sequence);
        return embedding is not null
            ? new ReadOnlySpan<float>(embedding, EmbeddingLength)
            : throw new ArgumentOutOfRangeException(nameof(sequence), sequence, "The sequence was not in the last batch.");
    }

    /// <summary>The embedding of a token of the last batch, without a copy: valid until the next evaluation.</summary>
    /// <param name="index">The token's index in the batch.</param>
    /// <exception cref="InvalidOperationException">The context does not compute token embeddings.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside the last batch.</exception>
    public ReadOnlySpan<float> BorrowTokenEmbedding(int index)
    {
        if (!Options.Embeddings || PoolingType != PoolingType.None)
        {
            throw new InvalidOperationException(
                "The context does not compute token embeddings: create it with ContextOptions.Embeddings and PoolingType.None.");
        }

        using Lease lease = Enter();
        int token = _outputs.Find(index);
        float* embedding = token < 0 ? null : LlamaDecoding.llama_get_embeddings_ith(Handle, token);
        return embedding is not null
            ? new ReadOnlySpan<float>(embedding, EmbeddingLength)
            : throw new ArgumentOutOfRangeException(nameof(index), index, "The index is outside the last batch, or nothing was evaluated.");
    }

    /// <summary>
    /// llama.cpp pools one micro-batch at a time, so a sequence split across two would silently return the pool of its second
    /// part. In a cache that is not unified, llama.cpp splits all sequences of a batch at the length of the shortest.
    /// </summary>
    private void CheckPooled(in llama_batch batch)
    {
        if (!Options.Embeddings || PoolingType == PoolingType.None)
        {
            return;
        }

        if (batch.n_tokens > MicroBatchSize)
        {
            throw new ArgumentException(
                $"The batch has {batch.n_tokens} tokens; with pooled embeddings this context evaluates at most {MicroBatchSize} at once "
                + $"(ContextOptions.MicroBatchSize).");
        }

        for (int i = 1; i < batch.n_tokens && Cache.Exists && !Options.UnifiedCache; i++)
        {
            if (batch.seq_id[i][0] != batch.seq_id[0][0])
            {
                throw new ArgumentException(
                    "Pooled embeddings of several sequences in one batch need a unified cache (ContextOptions.UnifiedCache).");
            }
        }
    }
}
