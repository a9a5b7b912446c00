using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Sampling;

/// <summary>A token that may come next; laid out as <c>llama_token_data</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct TokenCandidate
{
    /// <summary>The token id.</summary>
    public int Token { get; set; }

    /// <summary>Its logit: unnormalised log-probability.</summary>
    public float Logit { get; set; }

    /// <summary>Its probability, once a sampler has computed it.</summary>
    public float Probability { get; set; }
}

/// <summary>The tokens that may come next, where the native samplers before and after see them too. Valid during one call.</summary>
public readonly unsafe ref struct TokenCandidates
{
    private readonly llama_token_data_array* _native;

    internal TokenCandidates(llama_token_data_array* native) => _native = native;

    /// <summary>The candidates; changing a logit or reordering them is seen by the samplers that follow.</summary>
    public Span<TokenCandidate> Items => new(_native->data, (int)_native->size);

    /// <summary>Keeps the first <paramref name="count"/> candidates.</summary>
    /// <exception cref="ArgumentOutOfRangeException">None would be left, or more than there are.</exception>
    public void Truncate(int count)
    {
        // An empty list fails an assertion in the samplers that follow.
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (int)_native->size);
        _native->size = (nuint)count;
    }

    /// <summary>Whether the candidates are sorted by falling logit. Set it when you sort or disturb the order.</summary>
    public bool IsSorted
    {
        get => _native->sorted != 0;
        set => _native->sorted = value ? (byte)1 : (byte)0;
    }

    /// <summary>The index of the chosen candidate; -1 while none is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such candidate.</exception>
    public int Selected
    {
        get => (int)_native->selected;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, -1);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, (int)_native->size);
            _native->selected = value;
        }
    }
}
