using System.Diagnostics.CodeAnalysis;
using LlamaNative.Contexts;
using LlamaNative.Interop;

namespace LlamaNative;

public sealed unsafe partial class LlamaContext
{
    private readonly int _batchLimit;
    private readonly int _outputLimit;
    private readonly OutputRows _outputs;
    private readonly bool _hasLogits;
    private readonly OutputMarks _marks;
    private readonly bool _sharesTokens;
    private readonly bool _mixesSequences;
    private readonly bool _forbidsGaps;
    private readonly int _positions;

    /// <summary>
    /// Evaluates a batch (forward pass). The logits of its output tokens can be read until the next evaluation. Encoder models
    /// evaluate the batch without a KV cache. In an encoder-decoder model this is the decoder, which needs the output of
    /// <see cref="Encode"/>.
    /// </summary>
    /// <param name="batch">At most <see cref="BatchSize"/> tokens; positions continue those of each sequence in the
    /// cache.</param>
    /// <param name="cancellationToken">Stops within the graph on the CPU; completed micro-batches stay in the cache.</param>
    /// <exception cref="ArgumentException">The batch is empty, exceeds a limit of this context, or has an invalid token, position or
    /// sequence.</exception>
    /// <exception cref="CacheFullException">The KV cache has too few free cells; nothing changed.</exception>
    /// <exception cref="DecodeException">llama.cpp rejected the batch or failed.</exception>
    /// <exception cref="LlamaException">The model is an encoder-decoder, and a sequence of the batch has not been encoded.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    /// <exception cref="ContextBusyException">Another thread is using the context.</exception>
    /// <remarks>
    /// An exception thrown by <see cref="ContextOptions.Observer"/> is rethrown unchanged; the tokens are then in the cache,
    /// and the logits are undefined.
    /// </remarks>
    public void Decode(TokenBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using Lease lease = Enter();
        using var keepBatch = new HandleReference(batch.Memory);
        ref readonly llama_batch native = ref batch.Native;
        Check(native, _batchLimit);
        CheckEncoded(native);
        LlamaDecodeStatus code = Evaluate(native, encode: IsEncoder, cancellationToken);
        if (code == LlamaDecodeStatus.Success)
        {
            _outputs.Set(native, all: Options.Embeddings);
            Note(native);
        }
        else
        {
            Fail(code, native, cancellationToken);
        }

        _hook?.Rethrow();
    }

    /// <summary><see cref="Decode"/> on the context's thread. Do not modify the batch until the task completes.</summary>
    /// <inheritdoc cref="Decode"/>
    public Task DecodeAsync(TokenBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Worker.RunAsync(
            stop =>
            {
                Decode(batch, stop);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Copies the logits of a token of the last batch, one per vocabulary entry.</summary>
    /// <param name="index">The token's index in the batch; -1 is the last one with logits.</param>
    /// <exception cref="ArgumentOutOfRangeException">Logits were not requested for that token.</exception>
    /// <exception cref="LlamaException">The model computes no logits, only embeddings.</exception>
    public float[] GetLogits(int index = -1)
    {
        using Lease lease = Enter();
        return BorrowLogits(index).ToArray();
    }

    /// <summary>
    /// The logits of a token of the last batch, one per vocabulary entry, without a copy. Advanced: the span refers to the
    /// context's memory and is valid only until the next evaluation or until the context is disposed.
    /// </summary>
    /// <param name="index">The token's index in the batch; -1 is the last one with logits.</param>
    /// <exception cref="ArgumentOutOfRangeException">Logits were not requested for that token.</exception>
    /// <exception cref="LlamaException">The model computes no logits, only embeddings.</exception>
    public Span<float> BorrowLogits(int index = -1)
    {
        using Lease lease = Enter();
        if (!_hasLogits)
        {
            throw new LlamaException(
                $"The model (architecture '{Model.Architecture}') computes embeddings and no logits in this context.");
        }

        int token = _outputs.Find(index);
        float* logits = token < 0 ? null : LlamaDecoding.llama_get_logits_ith(Handle, token);
        return logits is not null
            ? new Span<float>(logits, Model.Vocabulary.Count)
            : throw new ArgumentOutOfRangeException(nameof(index), index,
                "The last batch has no logits at this index: they were not requested for this token, or nothing was evaluated.");
    }

    private LlamaDecodeStatus Evaluate(in llama_batch batch, bool encode, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        NativeLog.Clear();
        _abort.ListenTo(cancellationToken);
        _outputs.Clear();
        return _adaptersChanged ? EvaluateWithNewAdapters(batch, encode) : Evaluate(batch, encode);
    }

    /// <summary>Encoders are called directly: llama_decode would forward the batch too, but logs a line each time.</summary>
    private LlamaDecodeStatus Evaluate(in llama_batch batch, bool encode)
    {
        if (encode)
        {
            return LlamaDecoding.llama_encode(Handle, batch);
        }

        _marks.Add(batch);
        try
        {
            return LlamaDecoding.llama_decode(Handle, batch);
        }
        finally
        {
            _marks.TakeBack(batch);
        }
    }

    private void Check(in llama_batch batch, int limit)
    {
        if (batch.n_tokens == 0)
        {
            throw new ArgumentException("The batch is empty.");
        }

        // llama.cpp asserts this.
        if (batch.n_tokens > limit)
        {
            string option = limit == BatchSize ? nameof(ContextOptions.BatchSize) : nameof(ContextOptions.MicroBatchSize);
            throw new ArgumentException(
                $"The batch has {batch.n_tokens} tokens; this context evaluates at most {limit} at once (ContextOptions.{option}).");
        }

        CheckPooled(batch);
        int outputs = 0;
        for (int i = 0; i < batch.n_tokens; i++)
        {
            outputs += batch.logits[i];
            if ((uint)batch.token[i] >= (uint)Model.Vocabulary.Count)
            {
                throw new ArgumentOutOfRangeException(nameof(batch), batch.token[i],
                    $"Token {i} of the batch is {batch.token[i]}; ids of this vocabulary run from 0 to {Model.Vocabulary.Count - 1}.");
            }

            // llama.cpp asserts this.
            if (batch.pos[i] >= _positions)
            {
                throw new ArgumentException(
                    $"Token {i} of the batch has position {batch.pos[i]}; positions of this model run from 0 to {_positions - 1}.");
            }

            CheckArchitecture(batch, i);
            if (batch.n_seq_id[i] > 1 && !_sharesTokens)
            {
                throw new LlamaException(
                    $"Token {i} of the batch belongs to {batch.n_seq_id[i]} sequences, which llama.cpp does not support for the "
                    + $"architecture '{Model.Architecture}'. Add it once for each sequence.");
            }

            foreach (int sequence in Sequences(batch, i))
            {
                if ((uint)sequence >= (uint)Cache.SequenceCount)
                {
                    throw new ArgumentOutOfRangeException(nameof(batch), sequence,
                        $"Token {i} of the batch belongs to sequence {sequence}; this context has {Cache.SequenceCount} "
                        + $"(ContextOptions.MaxSequences).");
                }
            }
        }

        // llama.cpp asserts this too; with embeddings every token is an output.
        outputs = Options.Embeddings ? batch.n_tokens : outputs;
        if (outputs > _outputLimit)
        {
            throw new ArgumentException(
                $"Outputs are requested for {outputs} tokens of the batch; this context returns at most {_outputLimit} "
                + $"at once (ContextOptions.MaxOutputs).");
        }
    }

    /// <summary>Refuses what llama.cpp computes wrongly, or asserts, for some architectures.</summary>
    private void CheckArchitecture(in llama_batch batch, int index)
    {
        int sequence = batch.seq_id[index][0];
        if (_mixesSequences && (sequence != batch.seq_id[0][0] || batch.n_seq_id[index] > 1))
        {
            throw new LlamaException(
                $"Token {index} of the batch belongs to another sequence than token 0. llama.cpp mixes up the sequences of a batch for the "
                + $"architecture '{Model.Architecture}'; evaluate them one after the other.");
        }

        if (_forbidsGaps && (uint)sequence < (uint)Cache.SequenceCount && batch.pos[index] > Cache.Ledger[sequence].Count + index)
        {
            throw new LlamaException(
                $"Token {index} of the batch has position {batch.pos[index]}, but its sequence has {Cache.Ledger[sequence].Count} tokens. "
                + $"For the architecture '{Model.Architecture}' positions must continue without a gap.");
        }
    }

    private void Note(in llama_batch batch)
    {
        if (IsEncoder)
        {
            return;
        }

        for (int i = 0; i < batch.n_tokens; i++)
        {
            Cache.Ledger.Append(batch.token[i], batch.pos[i], Sequences(batch, i));
        }
    }

    private void Fail(LlamaDecodeStatus code, in llama_batch batch, CancellationToken cancellationToken)
    {
        if (code is not (LlamaDecodeStatus.NoSlot or LlamaDecodeStatus.InvalidBatch) && !IsEncoder)
        {
            // Micro-batches before the failing one stay in the cache.
            for (int i = 0; i < batch.n_tokens; i++)
            {
                Cache.TakeBack(batch.seq_id[i][0], Sequences(batch, i)[1..], batch.pos[i]);
            }

            Note(batch);
            for (int sequence = 0; sequence < Cache.SequenceCount; sequence++)
            {
                Cache.Reconcile(sequence);
            }
        }

        Throw(code, batch, cancellationToken);
    }

    [DoesNotReturn]
    private void Throw(LlamaDecodeStatus code, in llama_batch batch, CancellationToken cancellationToken)
    {
        switch (code)
        {
            case LlamaDecodeStatus.NoSlot when !Options.UnifiedCache && HasSharedTokens(batch):
                throw new DecodeException(
                    (int)code, "A token that belongs to several sequences needs a unified cache (ContextOptions.UnifiedCache).");
            case LlamaDecodeStatus.NoSlot:
                throw new CacheFullException(batch.n_tokens, Cache.Ledger.FreeCells(batch.seq_id[0][0]), Cache.Capacity);
            case LlamaDecodeStatus.Aborted:
                throw new OperationCanceledException("The evaluation was cancelled.", cancellationToken);
            case LlamaDecodeStatus.InvalidBatch:
                throw new DecodeException((int)code, "llama.cpp rejected the batch." + NativeLog.Tail());
            default:
                throw new DecodeException(
                    (int)code, $"llama.cpp failed to evaluate the batch of {batch.n_tokens} tokens (code {(int)code})." + NativeLog.Tail());
        }
    }

    private static bool HasSharedTokens(in llama_batch batch)
    {
        for (int i = 0; i < batch.n_tokens; i++)
        {
            if (batch.n_seq_id[i] > 1)
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<int> Sequences(in llama_batch batch, int index) => new(batch.seq_id[index], batch.n_seq_id[index]);
}
