using LlamaNative.Interop;

namespace LlamaNative.Contexts;

/// <summary>
/// Which tokens of the last batch have an output. llama.cpp is not asked for another: its builds with assertions, which
/// the Windows libraries are, end the process over a row that is not there (llama-context.cpp, get_logits_ith).
/// </summary>
internal sealed unsafe class OutputRows(int capacity)
{
    private readonly bool[] _has = new bool[capacity];
    private int _tokens;
    private int _last = -1;

    /// <summary>Forgets them: a batch is being evaluated, or failed.</summary>
    public void Clear() => (_tokens, _last) = (0, -1);

    /// <summary>Takes over from a batch that was evaluated.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="all">Whether every token has an output, asked for or not.</param>
    public void Set(in llama_batch batch, bool all)
    {
        _tokens = batch.n_tokens;
        for (int i = 0; i < batch.n_tokens; i++)
        {
            _has[i] = all || batch.logits[i] != 0;
            _last = _has[i] ? i : _last;
        }
    }

    /// <summary>The index in the batch of the token meant, or -1: negative numbers count the outputs from the end.</summary>
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
