namespace LlamaNative.Compute;

/// <summary>A gradient that cannot be built: an operator on the way has none, or there is no loss or nothing to train.</summary>
public sealed class GradientException : LlamaException
{
    /// <summary>Creates the error with its reason.</summary>
    public GradientException(string message)
        : base(message)
    {
    }
}
