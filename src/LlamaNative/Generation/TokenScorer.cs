using System.Numerics.Tensors;

namespace LlamaNative.Generation;

/// <summary>
/// Collects the log-probabilities of tokens one after the other, and of the most probable ones at their places. It
/// allocates only as its lists grow.
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

    /// <summary>The tokens scored so far.</summary>
    public int Count => _count;

    public ScoredToken this[int index] => new(_tokens[index].Token, _tokens[index].LogProbability, _tops.AsMemory(index * _top, _top));

    /// <summary>Remembers the logits of the next token, as they are before anything changes them.</summary>
    public void Observe(ReadOnlySpan<float> logits) => logits.CopyTo(_logits);

    /// <summary>Scores the token that was chosen by the logits last observed.</summary>
    public void Record(int token)
    {
        if (_count == _tokens.Length)
        {
            // New arrays: what was handed out of the old ones stays as it is.
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

    /// <summary>A heap of the best so far, the worst of them on top; of equals the lower id counts as better.</summary>
    private void FindBest(Span<TokenLogProbability> best, double logSumExp)
    {
        const int Chunk = 512;
        _best.Clear();
        float worst = float.NegativeInfinity;
        for (int start = 0; start < _logits.Length && _top > 0; start += Chunk)
        {
            // Almost no chunk has one of the best, and its maximum is found many at a time.
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
