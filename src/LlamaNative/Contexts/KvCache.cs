using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>
/// The context's memory of what it has seen, as sequences of tokens: copied, cut, kept and shifted without evaluating
/// anything. Positions count from 0; a range is [from, to), and a null end means to the last position.
/// </summary>
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

    /// <summary>Cells in all when the cache is unified, else cells of each sequence.</summary>
    public int Capacity => _ledger.Capacity;

    /// <summary>Sequences it keeps apart; ids run from 0 to this less one.</summary>
    public int SequenceCount => _ledger.SequenceCount;

    internal CacheLedger Ledger => _ledger;

    /// <summary>Whether the model keeps a memory at all; an encoder does not. For callers that hold a lease.</summary>
    internal bool Exists => LlamaContexts.llama_get_memory(_context.Handle) != 0;

    /// <summary>Cells that a further token of this sequence could take.</summary>
    public int GetFreeCells(int sequence = 0)
    {
        Check(sequence);
        return _ledger.FreeCells(sequence);
    }

    /// <summary>Tokens of a sequence in the cache.</summary>
    public int GetLength(int sequence = 0)
    {
        Check(sequence);
        return _ledger[sequence].Count;
    }

    /// <summary>The tokens of a sequence in the cache, in the order they came.</summary>
    public int[] GetTokens(int sequence = 0)
    {
        Check(sequence);
        return _ledger[sequence].Tokens.AsSpan(0, _ledger[sequence].Count).ToArray();
    }

    /// <summary>Whether what a sequence holds was evaluated with the adapters that the context has now.</summary>
    internal bool IsCurrent(int sequence) => !_ledger[sequence].IsStale;

    /// <summary>
    /// How many of <paramref name="tokens"/>, from the first on, the sequence already holds at their positions; 0 once
    /// the context's adapters have changed, since the same tokens would now give other values.
    /// </summary>
    public int GetCommonPrefix(ReadOnlySpan<int> tokens, int sequence = 0)
    {
        Check(sequence);
        return _ledger[sequence].CommonPrefix(tokens);
    }

    /// <summary>The smallest and largest position of a sequence; null when it is empty. A sliding window forgets small ones.</summary>
    public (int Min, int Max)? GetPositions(int sequence = 0)
    {
        Check(sequence);
        using LlamaContext.Lease lease = _context.Enter();
        int max = LlamaMemory.llama_memory_seq_pos_max(Memory(), sequence);
        return max < 0 ? null : (LlamaMemory.llama_memory_seq_pos_min(Memory(), sequence), max);
    }

    /// <summary>Whether the model's positions can be shifted.</summary>
    public bool CanShift
    {
        get
        {
            using LlamaContext.Lease lease = _context.Enter();
            return CanShiftNow();
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        using LlamaContext.Lease lease = _context.Enter();
        LlamaMemory.llama_memory_clear(Memory(), data: false);
        _ledger.Clear();
    }

    /// <summary>Forgets a range of a sequence; false when the model cannot forget a part (recurrent models), and nothing changed.</summary>
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
    /// Gives a sequence the content of another. Without a unified cache only whole sequences can be copied, and the copy takes cells of its
    /// own.
    /// </summary>
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
                "A part of a sequence can be copied only in a unified cache (ContextOptions.UnifiedCache).");
        }

        // What the destination held would stay beside the copy; the native side expects an empty one.
        LlamaMemory.llama_memory_seq_rm(Memory(), destination, -1, -1);
        _ledger.Remove(destination, 0, int.MaxValue);
        LlamaMemory.llama_memory_seq_cp(Memory(), source, destination, whole ? -1 : from, whole ? -1 : to ?? -1);
        _ledger.Copy(source, destination, from, to ?? int.MaxValue);
    }

    /// <summary>Forgets every sequence but one.</summary>
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

    /// <summary>Adds <paramref name="delta"/> to the positions of a range, e.g. to close the gap of a removed one.</summary>
    /// <exception cref="InvalidOperationException">The model's positions cannot be shifted; see <see cref="CanShift"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position would exceed the largest there is.</exception>
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
    /// Cuts a sequence to its first <paramref name="length"/> tokens, and to nothing where the model cannot go back
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
    /// Removes what an evaluation that stopped midway left: llama.cpp takes a token that was not computed back from the
    /// first of its sequences only.
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

    /// <summary>Makes the ledger agree with the cache after an evaluation that stopped midway.</summary>
    internal void Reconcile(int sequence)
    {
        int max = LlamaMemory.llama_memory_seq_pos_max(Memory(), sequence);
        _ledger.Remove(sequence, max + 1, int.MaxValue);
    }

    private nint Memory()
    {
        nint memory = LlamaContexts.llama_get_memory(_context.Handle);
        return memory != 0
            ? memory
            : throw new LlamaException("This model keeps no memory of a sequence (an encoder): there is no KV cache.");
    }

    private void CheckShift()
    {
        if (!CanShiftNow())
        {
            throw new InvalidOperationException(
                $"The positions of this cache cannot be shifted (keys of type {_context.Options.CacheTypeK}).");
        }
    }

    /// <summary>llama.cpp rotates shifted keys, and aborts on those of type BF16 (ggml_rope has no kernel for it on the CPU).</summary>
    private bool CanShiftNow() =>
        _context.Options.CacheTypeK != GgmlType.BF16 && LlamaMemory.llama_memory_can_shift(Memory());

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
        // The native side asserts that a sequence exists.
        if ((uint)sequence >= (uint)SequenceCount)
        {
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence,
                $"This context has {SequenceCount} sequences (ContextOptions.MaxSequences).");
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
