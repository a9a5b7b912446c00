namespace LlamaNative.Generation;

/// <summary>Step 1: tokenizes the prompt.</summary>
public interface ITokenizer
{
    /// <summary>Returns the prompt's tokens, including the special tokens that the model expects.</summary>
    int[] Tokenize(string prompt);
}

/// <summary>Steps 2 to 4: evaluates tokens and returns the logits for the next token.</summary>
public interface IForwardPass
{
    /// <summary>Number of tokens that can still be fed.</summary>
    int FreeTokens { get; }

    /// <summary>Starts a prompt: keeps the cached prefix that matches it and removes the rest from the cache.</summary>
    /// <returns>The number of leading prompt tokens that need not be fed; less than all, so that logits are computed.</returns>
    int Begin(ReadOnlySpan<int> prompt);

    /// <summary>Feeds tokens after those already fed.</summary>
    /// <returns>The logits after the last token, one per vocabulary entry. They may be modified and are valid until the next
    /// call.</returns>
    Span<float> Forward(ReadOnlySpan<int> tokens, CancellationToken cancellationToken);
}

/// <summary>Step 5: modifies the logits before sampling. See <see cref="GenerationOptions.LogitsProcessors"/>.</summary>
public interface ILogitsProcessor
{
    /// <summary>Modifies the logits in place.</summary>
    /// <param name="logits">One logit per vocabulary entry; negative infinity forbids a token.</param>
    /// <param name="generated">The tokens generated so far, excluding the prompt.</param>
    void Process(Span<float> logits, ReadOnlySpan<int> generated);
}

/// <summary>
/// Step 8: a stop condition in addition to end-of-generation tokens, limits and stop sequences. See
/// <see cref="GenerationOptions.StopConditions"/>.
/// </summary>
public interface IStopCondition
{
    /// <summary>Returns whether to stop after the last of these tokens.</summary>
    /// <param name="generated">The tokens generated so far, excluding the prompt.</param>
    bool IsMet(ReadOnlySpan<int> generated);
}

/// <summary>Step 9: converts a token to bytes, which may be part of a character.</summary>
public interface IDetokenizer
{
    /// <summary>Writes the token's text as UTF-8.</summary>
    /// <returns>The number of bytes written, or the negated number of bytes needed if <paramref name="destination"/> is too
    /// small.</returns>
    int Write(int token, Span<byte> destination);
}
