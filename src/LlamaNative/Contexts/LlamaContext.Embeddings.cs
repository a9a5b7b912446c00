using LlamaNative.Contexts;
using LlamaNative.Interop;

namespace LlamaNative;

public sealed unsafe partial class LlamaContext
{
    /// <summary>
    /// How many numbers one embedding has: the length of the model's output, or with <see cref="PoolingType.Rank"/> one
    /// for each class of its head.
    /// </summary>
    public int EmbeddingLength => PoolingType == PoolingType.Rank
        ? (int)LlamaClassifiers.llama_model_n_cls_out(Model.Handle)
        : LlamaModels.llama_model_n_embd_out(Model.Handle);

    /// <summary>
    /// The pooled embedding of a sequence of the last batch, where it lies: valid until the next evaluation. The
    /// sequence must have lain in the batch as a whole.
    /// </summary>
    /// <param name="sequence">The sequence.</param>
    /// <exception cref="InvalidOperationException">The context computes no pooled embeddings.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The last batch had no such sequence.</exception>
    public ReadOnlySpan<float> BorrowSequenceEmbedding(int sequence)
    {
        if (!Options.Embeddings || PoolingType == PoolingType.None)
        {
            throw new InvalidOperationException(
                "The context pools no embeddings: create it with ContextOptions.Embeddings and a PoolingType other than None.");
        }

        using Lease lease = Enter();
        float* embedding = LlamaDecoding.llama_get_embeddings_seq(Handle, sequence);
        return embedding is not null
            ? new ReadOnlySpan<float>(embedding, EmbeddingLength)
            : throw new ArgumentOutOfRangeException(nameof(sequence), sequence, "The last batch had no such sequence.");
    }

    /// <summary>The embedding of a token of the last batch, where it lies: valid until the next evaluation.</summary>
    /// <param name="index">Its index in the batch.</param>
    /// <exception cref="InvalidOperationException">The context computes no embeddings of single tokens.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The last batch had no such token.</exception>
    public ReadOnlySpan<float> BorrowTokenEmbedding(int index)
    {
        if (!Options.Embeddings || PoolingType != PoolingType.None)
        {
            throw new InvalidOperationException(
                "The context keeps no embeddings of tokens: create it with ContextOptions.Embeddings and PoolingType.None.");
        }

        using Lease lease = Enter();
        int token = _outputs.Find(index);
        float* embedding = token < 0 ? null : LlamaDecoding.llama_get_embeddings_ith(Handle, token);
        return embedding is not null
            ? new ReadOnlySpan<float>(embedding, EmbeddingLength)
            : throw new ArgumentOutOfRangeException(nameof(index), index, "The last batch had no such token, or nothing was evaluated.");
    }

    /// <summary>
    /// Pools one micro-batch at a time, so a sequence cut by two would silently get the pool of its later piece. A cache
    /// that is not unified cuts all sequences of a batch to the length of the shortest.
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
