using LlamaNative.Interop;

namespace LlamaNative.Contexts;

/// <summary>
/// Which tokens of the last batch have an output. Other indexes never reach llama.cpp: its builds with assertions, such as the
/// Windows libraries, abort the process for a missing row (llama-context.cpp, get_logits_ith).
/// </summary>
internal sealed unsafe class OutputRows(int capacity)
{
    private readonly bool[] _has = new bool[capacity];
    private int _tokens;
    private int _last = -1;

    /// <summary>Clears the table when an evaluation starts or has failed.</summary>
    public void Clear() => (_tokens, _last) = (0, -1);

    /// <summary>Sets the table from an evaluated batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="all">Whether every token has an output, requested or not.</param>
    public void Set(in llama_batch batch, bool all)
    {
        _tokens = batch.n_tokens;
        for (int i = 0; i < batch.n_tokens; i++)
        {
            _has[i] = all || batch.logits[i] != 0;
            _last = _has[i] ? i : _last;
        }
    }

    /// <summary>
    /// Resolves an index to a token's index in the batch, or -1 if it has no output; negative indexes count outputs from the
    /// end.
    /// </summary>
    public int Find(int index)
    {
        if (index >= 0)
        {
            return index < _tokens && _has[index] ? index : -1;
        }

        int found = _last;
        while (++index < 0 && found >= 0)
        {
            found = _has.AsSpan(0, found).LastIndexOf(true);
        }

        return found;
    }
}
