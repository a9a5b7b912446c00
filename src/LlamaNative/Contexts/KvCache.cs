using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>
/// The context's KV cache, as sequences of tokens that can be copied, cut, kept and shifted without evaluation. Positions count
/// from 0; ranges are [from, to), and a null end means the end of the sequence.
/// </summary>
/// <remarks>
/// Members that take a sequence id throw <see cref="ArgumentOutOfRangeException"/> if it is not less than
/// <see cref="SequenceCount"/>. Members that access native memory throw <see cref="LlamaException"/> for an encoder, which has no
/// cache, <see cref="ContextBusyException"/> during a call on another thread, and <see cref="ObjectDisposedException"/> after
/// the context is disposed.
/// </remarks>
public sealed class KvCache
{
    private readonly LlamaContext _context;
    private readonly CacheLedger _ledger;
    private readonly int _slidingWindow;

    internal KvCache(LlamaContext context, CacheLedger ledger, int slidingWindow)
    {
        _context = context;
        _ledger = ledger;
        _slidingWindow = slidingWindow;
    }

    /// <summary>Cells in total when the cache is unified, otherwise per sequence.</summary>
    public int Capacity => _ledger.Capacity;

    /// <summary>The number of sequences; ids run from 0 to <c>SequenceCount - 1</c>.</summary>
    public int SequenceCount => _ledger.SequenceCount;

    internal CacheLedger Ledger => _ledger;

    /// <summary>
    /// What llama.cpp logged about the size of each part of the cache. Parsed only before a shift, because a program's first regular
    /// expression takes longer than creating a context.
    /// </summary>
    internal IReadOnlyList<string> SizeLines { get; init; } = [];

    /// <summary>
    /// Whether the model has a KV cache or recurrent state; encoders have none. The caller must hold a lease.
    /// </summary>
    internal bool Exists => !_context.IsEncoder;

    /// <summary>Cells available to further tokens of this sequence.</summary>
    public int GetFreeCells(int sequence = 0)
    {
        Check(sequence);
        return _ledger.FreeCells(sequence);
    }

    /// <summary>The number of tokens of a sequence in the cache.</summary>
    public int GetLength(int sequence = 0)
    {
        Check(sequence);
        return _ledger[sequence].Count;
    }

    /// <summary>The tokens of a sequence in the cache, in insertion order.</summary>
    public int[] GetTokens(int sequence = 0)
    {
        Check(sequence);
        return _ledger[sequence].Tokens.AsSpan(0, _ledger[sequence].Count).ToArray();
    }

    /// <summary>Whether the sequence was evaluated with the context's current adapters.</summary>
    internal bool IsCurrent(int sequence) => !_ledger[sequence].IsStale;

    /// <summary>
    /// The length of the longest common prefix of <paramref name="tokens"/> and the cached sequence; 0 after the context's
    /// adapters have changed, because the same tokens would now give other values.
    /// </summary>
    public int GetCommonPrefix(ReadOnlySpan<int> tokens, int sequence = 0)
    {
        Check(sequence);
        return _ledger[sequence].CommonPrefix(tokens);
    }

    /// <summary>
    /// The smallest and largest position of a sequence, or null if it is empty. A sliding window drops small positions.
    /// </summary>
    public (int Min, int Max)? GetPositions(int sequence = 0)
    {
        Check(sequence);
        using LlamaContext.Lease lease = _context.Enter();
        int max = LlamaMemory.llama_memory_seq_pos_max(Memory(), sequence);
        return max < 0 ? null : (LlamaMemory.llama_memory_seq_pos_min(Memory(), sequence), max);
    }

    /// <summary>Whether positions can be shifted with this model and cache type.</summary>
    public bool CanShift
    {
        get
        {
            using LlamaContext.Lease lease = _context.Enter();
            return CanShiftNow();
        }
    }

    /// <summary>Removes all sequences.</summary>
    public void Clear()
    {
        using LlamaContext.Lease lease = _context.Enter();
        LlamaMemory.llama_memory_clear(Memory(), data: false);
        _ledger.Clear();
    }

    /// <summary>
    /// Removes a range of a sequence. Returns false and changes nothing if the model cannot remove part of one (recurrent
    /// models).
    /// </summary>
    public bool Remove(int sequence, int from = 0, int? to = null)
    {
        Check(sequence);
        CheckRange(from, to);
        using LlamaContext.Lease lease = _context.Enter();
        if (!LlamaMemory.llama_memory_seq_rm(Memory(), sequence, from, to ?? -1))
        {
            return false;
        }

        _ledger.Remove(sequence, from, to ?? int.MaxValue);
        return true;
    }

    /// <summary>
    /// Replaces a sequence with the content of another. In a cache that is not unified only whole sequences can be copied, and
    /// the copy takes cells of its own.
    /// </summary>
    /// <exception cref="InvalidOperationException">Only part of a sequence is copied and the cache is not unified.</exception>
    public void Copy(int source, int destination, int from = 0, int? to = null)
    {
        Check(source);
        Check(destination);
        CheckRange(from, to);
        using LlamaContext.Lease lease = _context.Enter();
        if (source == destination)
        {
            return;
        }

        bool whole = from == 0 && (to is null || to > _ledger[source].Count);
        if (!_context.Options.UnifiedCache && !whole)
        {
            throw new InvalidOperationException(
                "Part of a sequence can be copied only in a unified cache. Set ContextOptions.UnifiedCache, or copy the whole sequence.");
        }

        // Old entries of the destination would be mixed with the copy; llama.cpp expects an empty destination.
        LlamaMemory.llama_memory_seq_rm(Memory(), destination, -1, -1);
        _ledger.Remove(destination, 0, int.MaxValue);
        LlamaMemory.llama_memory_seq_cp(Memory(), source, destination, whole ? -1 : from, whole ? -1 : to ?? -1);
        _ledger.Copy(source, destination, from, to ?? int.MaxValue);
    }

    /// <summary>Removes every sequence except one.</summary>
    public void Keep(int sequence)
    {
        Check(sequence);
        using LlamaContext.Lease lease = _context.Enter();
        for (int other = 0; other < SequenceCount; other++)
        {
            if (other != sequence)
            {
                LlamaMemory.llama_memory_seq_rm(Memory(), other, -1, -1);
                _ledger.Remove(other, 0, int.MaxValue);
            }
        }
    }

    /// <summary>Adds <paramref name="delta"/> to the positions of a range, e.g. to close the gap after a removal.</summary>
    /// <exception cref="InvalidOperationException">Positions cannot be shifted; see <see cref="CanShift"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position would exceed the maximum.</exception>
    public void Shift(int sequence, int from, int? to, int delta)
    {
        Check(sequence);
        CheckRange(from, to);
        using LlamaContext.Lease lease = _context.Enter();
        CheckShift();
        CheckShifted(sequence, from, to ?? int.MaxValue, delta);
        LlamaMemory.llama_memory_seq_add(Memory(), sequence, from, to ?? -1, delta);
        _ledger.MapPositions(sequence, from, to ?? int.MaxValue, position => position + delta);
    }

    /// <summary>
    /// Truncates a sequence to its first <paramref name="length"/> tokens, or empties it where the model cannot be cut back
    /// that far (recurrent models, a sliding window that has moved on).
    /// </summary>
    /// <returns>The tokens that remain.</returns>
    internal int Truncate(int sequence, int length)
    {
        using LlamaContext.Lease lease = _context.Enter();
        if (_ledger[sequence].Count == length)
        {
            return length;
        }

        int oldest = LlamaMemory.llama_memory_seq_pos_min(Memory(), sequence);
        bool windowMoved = _slidingWindow > 0 && oldest > Math.Max(0, length - _slidingWindow);
        if (length > 0 && !windowMoved && Remove(sequence, length))
        {
            return length;
        }

        Remove(sequence);
        return 0;
    }

    /// <summary>
    /// Removes the entries of an interrupted evaluation: llama.cpp rolls a token that was not computed back from the first of
    /// its sequences only.
    /// </summary>
    internal void TakeBack(int first, ReadOnlySpan<int> others, int position)
    {
        if (LlamaMemory.llama_memory_seq_pos_max(Memory(), first) < position)
        {
            foreach (int sequence in others)
            {
                LlamaMemory.llama_memory_seq_rm(Memory(), sequence, position, -1);
            }
        }
    }

    /// <summary>Synchronizes the ledger with the cache after an interrupted evaluation.</summary>
    internal void Reconcile(int sequence)
    {
        int max = LlamaMemory.llama_memory_seq_pos_max(Memory(), sequence);
        _ledger.Remove(sequence, max + 1, int.MaxValue);
    }

    private nint Memory()
    {
        return Exists
            ? LlamaContexts.llama_get_memory(_context.Handle)
            : throw new LlamaException(
                $"The model (architecture '{_context.Model.Architecture}') evaluates every batch by itself and has no KV cache.");
    }

    private void CheckShift()
    {
        if (!CanShiftNow())
        {
            throw new InvalidOperationException(
                $"Positions cannot be shifted with this model and ContextOptions.CacheTypeK {_context.Options.CacheTypeK}; "
                + "see KvCache.CanShift.");
        }
    }

    /// <summary>
    /// llama.cpp rotates shifted keys and aborts for BF16, which ggml_rope does not support on the CPU, and for a cache without layers,
    /// whose graph is empty (llama_kv_cache::update).
    /// </summary>
    private bool CanShiftNow() =>
        _context.Options.CacheTypeK != GgmlType.BF16 && LlamaMemory.llama_memory_can_shift(Memory()) && !HasEmptyPart();

    /// <summary>Whether the cache has two parts of which one has no layers, for example because all layers use a sliding window.</summary>
    private bool HasEmptyPart() =>
        SizeLines.Any(line => LogLines.CacheTotal.TryRead(line, out LogValues? total) && total.Integer(2) == 0);

    private void CheckShifted(int sequence, int from, int to, int delta)
    {
        SequenceEntries entries = _ledger[sequence];
        foreach (int position in entries.Positions.AsSpan(0, entries.Count))
        {
            if (position >= from && position < to && (long)position + delta > TokenBatch.MaxPosition)
            {
                throw new ArgumentOutOfRangeException(nameof(delta), delta, $"Position {position} would exceed {TokenBatch.MaxPosition}.");
            }
        }
    }

    private void Check(int sequence)
    {
        // llama.cpp asserts that the sequence exists.
        if ((uint)sequence >= (uint)SequenceCount)
        {
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence,
                $"Sequence ids of this context run from 0 to {SequenceCount - 1} (ContextOptions.MaxSequences is {SequenceCount}).");
        }
    }

    private static void CheckRange(int from, int? to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (to is { } end)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(end, from, nameof(to));
        }
    }
}
