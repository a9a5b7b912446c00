namespace LlamaNative.Embeddings;

/// <summary>What to do with an input that has more tokens than can be evaluated at once.</summary>
public enum LongInputPolicy
{
    /// <summary>Throw an <see cref="InputTooLongException"/>.</summary>
    Refuse,

    /// <summary>Cut the end off, but for the token that ends a text; the result tells how much went.</summary>
    Truncate,
}
