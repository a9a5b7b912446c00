using System.Numerics.Tensors;

namespace LlamaNative.Generation;

/// <summary>
/// Collects log-probabilities of consecutive tokens and of the most probable alternatives per position. Allocates only when its
/// lists grow.
/// </summary>
internal sealed class TokenScorer
{
    private readonly float[] _logits;
    private readonly int _top;
    private readonly PriorityQueue<int, (float Logit, int Order)> _best;
    private TokenLogProbability[] _tokens = new TokenLogProbability[16];
    private TokenLogProbability[] _tops;
    private int _count;

    public TokenScorer(int vocabularySize, int top)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(top, vocabularySize);
        _logits = new float[vocabularySize];
        _top = top;
        _best = new PriorityQueue<int, (float, int)>(top);
        _tops = new TokenLogProbability[top * _tokens.Length];
    }

    /// <summary>Number of scored tokens.</summary>
    public int Count => _count;

    public ScoredToken this[int index] => new(_tokens[index].Token, _tokens[index].LogProbability, _tops.AsMemory(index * _top, _top));

    /// <summary>Copies the logits of the next token before they are modified.</summary>
    public void Observe(ReadOnlySpan<float> logits) => logits.CopyTo(_logits);

    /// <summary>Scores the chosen token with the last observed logits.</summary>
    public void Record(int token)
    {
        if (_count == _tokens.Length)
        {
            // Allocate new arrays: slices of the old ones were handed out and must not change.
            Array.Resize(ref _tokens, _count * 2);
            Array.Resize(ref _tops, checked(_count * 2 * _top));
        }

        double logSumExp = LogSoftmax.LogSumExp(_logits);
        _tokens[_count] = new TokenLogProbability(token, LogSoftmax.Of(_logits[token], logSumExp));
        FindBest(_tops.AsSpan(_count * _top, _top), logSumExp);
        _count++;
    }

    public ScoredToken[] ToArray()
    {
        var scored = new ScoredToken[_count];
        for (int i = 0; i < _count; i++)
        {
            scored[i] = this[i];
        }

        return scored;
    }

    /// <summary>Min-heap of the best candidates; among equal ones the lower id ranks higher.</summary>
    private void FindBest(Span<TokenLogProbability> best, double logSumExp)
    {
        const int Chunk = 512;
        _best.Clear();
        float worst = float.NegativeInfinity;
        for (int start = 0; start < _logits.Length && _top > 0; start += Chunk)
        {
            // Few chunks contain a candidate, and the maximum of a chunk is computed with SIMD.
            ReadOnlySpan<float> chunk = _logits.AsSpan(start, Math.Min(Chunk, _logits.Length - start));
            if (_best.Count < _top || !(TensorPrimitives.Max(chunk) <= worst))
            {
                worst = FindBest(chunk, start, worst);
            }
        }

        for (int i = best.Length - 1; i >= 0; i--)
        {
            int token = _best.Dequeue();
            best[i] = new TokenLogProbability(token, LogSoftmax.Of(_logits[token], logSumExp));
        }
    }

    private float FindBest(ReadOnlySpan<float> chunk, int start, float worst)
    {
        for (int i = 0; i < chunk.Length; i++)
        {
            int token = start + i;
            if (_best.Count < _top)
            {
                _best.Enqueue(token, (chunk[i], -token));
            }
            else if (chunk[i] > worst)
            {
                _best.DequeueEnqueue(token, (chunk[i], -token));
            }
            else
            {
                continue;
            }

            _ = _best.TryPeek(out _, out (float Logit, int Order) lowest);
            worst = lowest.Logit;
        }

        return worst;
    }
}
