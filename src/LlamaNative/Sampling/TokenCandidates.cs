using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Sampling;

/// <summary>A candidate for the next token. Layout of <c>llama_token_data</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct TokenCandidate
{
    /// <summary>The token id.</summary>
    public int Token { get; set; }

    /// <summary>Its logit: unnormalized log-probability.</summary>
    public float Logit { get; set; }

    /// <summary>Its probability, once a sampler has computed it.</summary>
    public float Probability { get; set; }
}

/// <summary>The candidates for the next token, in the memory shared with native samplers. Valid during one call.</summary>
public readonly unsafe ref struct TokenCandidates
{
    private readonly llama_token_data_array* _native;

    internal TokenCandidates(llama_token_data_array* native) => _native = native;

    /// <summary>The candidates. Changes to their logits or order affect the samplers that follow.</summary>
    public Span<TokenCandidate> Items => new(_native->data, (int)_native->size);

    /// <summary>Keeps the first <paramref name="count"/> candidates.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1 or more than the number of
    /// candidates.</exception>
    public void Truncate(int count)
    {
        // An empty list fails an assertion in the samplers that follow.
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (int)_native->size);
        _native->size = (nuint)count;
    }

    /// <summary>Whether the candidates are sorted by descending logit. Update it after sorting or reordering.</summary>
    public bool IsSorted
    {
        get => _native->sorted != 0;
        set => _native->sorted = value ? (byte)1 : (byte)0;
    }

    /// <summary>The index of the chosen candidate, or -1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is out of range.</exception>
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
