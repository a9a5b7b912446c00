namespace LlamaNative.Sampling;

/// <summary>Chooses the next token from logits: the sampling step of a generation.</summary>
public interface ITokenSampler
{
    /// <summary>Chooses a token. The sampler's state changes only in <see cref="Accept"/>.</summary>
    /// <param name="logits">One logit per vocabulary entry.</param>
    int Sample(ReadOnlySpan<float> logits);

    /// <summary>Called with each generated token.</summary>
    void Accept(int token);

    /// <summary>Called with the tokens before the first generated one, for penalties over recent tokens.</summary>
    void AcceptPrompt(ReadOnlySpan<int> tokens);

    /// <summary>Clears accepted tokens and restarts the random sequence; called once before each generation.</summary>
    void Reset();
}
