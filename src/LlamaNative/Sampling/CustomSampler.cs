namespace LlamaNative.Sampling;

/// <summary>
/// A sampler written in C# that sits in a native chain between llama.cpp's own. An exception it throws ends the
/// sampling call and reaches its caller.
/// </summary>
public abstract class CustomSampler
{
    /// <summary>Changes, removes or chooses candidates.</summary>
    public abstract void Apply(TokenCandidates candidates);

    /// <summary>Called with each generated token.</summary>
    public virtual void Accept(int token)
    {
    }

    /// <summary>Called when another generation starts.</summary>
    public virtual void Reset()
    {
    }
}
