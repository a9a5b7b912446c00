namespace LlamaNative.Sampling;

/// <summary>Chooses the next token from logits: the sampler step of a generation, and all that the pipeline asks of one.</summary>
public interface ITokenSampler
{
    /// <summary>Chooses a token; its state changes only when the token is accepted.</summary>
    /// <param name="logits">One number for each token of the vocabulary.</param>
    int Sample(ReadOnlySpan<float> logits);

    /// <summary>Tells the sampler that a token was generated.</summary>
    void Accept(int token);

    /// <summary>Tells the sampler the tokens before the first generated one; penalties look at them.</summary>
    void AcceptPrompt(ReadOnlySpan<int> tokens);

    /// <summary>Drops everything accepted and restarts the random sequence; called once before each generation.</summary>
    void Reset();
}
