namespace LlamaNative.Embeddings;

/// <summary>What to do with an input that has more tokens than can be evaluated at once.</summary>
public enum LongInputPolicy
{
    /// <summary>Throw an <see cref="InputTooLongException"/>.</summary>
    Refuse,

    /// <summary>Truncate at the end but keep the end-of-text token; the result reports the number of tokens cut off.</summary>
    Truncate,
}
