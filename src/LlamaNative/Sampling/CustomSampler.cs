namespace LlamaNative.Sampling;

/// <summary>
/// A sampler written in C# for use in a native sampler chain. An exception it throws ends the sampling call and is rethrown to
/// its caller.
/// </summary>
public abstract class CustomSampler
{
    /// <summary>Modifies, removes or selects candidates.</summary>
    public abstract void Apply(TokenCandidates candidates);

    /// <summary>Called with each generated token.</summary>
    public virtual void Accept(int token)
    {
    }

    /// <summary>Called before another generation starts.</summary>
    public virtual void Reset()
    {
    }
}
