namespace LlamaNative.Merging.Recipe;

/// <summary>A tensor's place relative to the layers.</summary>
internal enum TensorRole
{
    /// <summary>Before the layers: embeddings.</summary>
    Embedding,

    /// <summary>In a layer.</summary>
    Layer,

    /// <summary>After the layers: the final norm and the output matrix.</summary>
    Post,
}

/// <summary>The place of an output tensor, which parameters are resolved for.</summary>
/// <param name="Role">Before, in or after the layers.</param>
/// <param name="Layer">The output layer, counted from 0 over all slices; 0 outside layers.</param>
/// <param name="LayerCount">Total number of output layers.</param>
/// <param name="T">The position at which gradients are evaluated, from 0 to 1; for a layer, within its slice.</param>
/// <param name="Names">The Hugging Face names of all output tensors, in checkpoint order.</param>
internal sealed record TensorPlace(TensorRole Role, int Layer, int LayerCount, double T, IReadOnlyList<string> Names);

/// <summary>A tensor's two names. Filters are matched against the Hugging Face name first, then the GGUF name.</summary>
internal readonly record struct TensorName(string HuggingFace, string Gguf)
{
    public bool Matches(string? filter) =>
        filter is null or "*" || HuggingFace.Contains(filter, StringComparison.Ordinal) || Gguf.Contains(filter, StringComparison.Ordinal);
}
