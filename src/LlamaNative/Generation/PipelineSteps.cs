namespace LlamaNative.Generation;

/// <summary>Step 1, tokenize: turns the prompt into tokens.</summary>
public interface ITokenizer
{
    /// <summary>The prompt's tokens, special ones included where the model wants them.</summary>
    int[] Tokenize(string prompt);
}

/// <summary>Steps 2 to 4, feed and forward: turns tokens into the logits of the token that follows them.</summary>
public interface IForwardPass
{
    /// <summary>Tokens that can still be fed.</summary>
    int FreeTokens { get; }

    /// <summary>Takes up a prompt: keeps what is already evaluated of it and drops what is not part of it.</summary>
    /// <returns>How many of its first tokens need not be fed again; less than all, so that there will be logits.</returns>
    int Begin(ReadOnlySpan<int> prompt);

    /// <summary>Feeds tokens behind those already fed.</summary>
    /// <returns>The logits behind the last one, one for each token of the vocabulary. Valid, and free to change, until the next
    /// call.</returns>
    Span<float> Forward(ReadOnlySpan<int> tokens, CancellationToken cancellationToken);
}

/// <summary>Step 5: changes the logits before the sampler sees them. See <see cref="GenerationOptions.LogitsProcessors"/>.</summary>
public interface ILogitsProcessor
{
    /// <summary>Changes the logits in place.</summary>
    /// <param name="logits">One number for each token of the vocabulary; negative infinity forbids a token.</param>
    /// <param name="generated">The tokens generated so far, without the prompt.</param>
    void Process(Span<float> logits, ReadOnlySpan<int> generated);
}

/// <summary>
/// Step 8: a reason to stop besides the end of generation, the limits and the stop sequences. See
/// <see cref="GenerationOptions.StopConditions"/>.
/// </summary>
public interface IStopCondition
{
    /// <summary>Whether to stop after the last of these tokens.</summary>
    /// <param name="generated">The tokens generated so far, without the prompt.</param>
    bool IsMet(ReadOnlySpan<int> generated);
}

/// <summary>Step 9, detokenize: the bytes a token stands for, which may be a part of a character.</summary>
public interface IDetokenizer
{
    /// <summary>Writes the token's bytes in UTF-8.</summary>
    /// <returns>The number of bytes; when <paramref name="destination"/> is too small, the number needed, negated.</returns>
    int Write(int token, Span<byte> destination);
}
