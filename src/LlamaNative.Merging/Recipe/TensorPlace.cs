namespace LlamaNative.Merging.Recipe;

/// <summary>Where a tensor stands in a model.</summary>
internal enum TensorRole
{
    /// <summary>Before the layers: embeddings.</summary>
    Embedding,

    /// <summary>In a layer.</summary>
    Layer,

    /// <summary>Behind the layers: the final norm and the output matrix.</summary>
    Post,
}

/// <summary>An output tensor as parameters see it.</summary>
/// <param name="Role">Before, in or behind the layers.</param>
/// <param name="Layer">The output layer, counted from 0 over all slices; 0 outside layers.</param>
/// <param name="LayerCount">Output layers in all.</param>
/// <param name="T">Where gradients are read, from 0 to 1: inside its slice for a layer.</param>
/// <param name="Names">All output tensors by their Hugging Face names, in the order a checkpoint lists them.</param>
internal sealed record TensorPlace(TensorRole Role, int Layer, int LayerCount, double T, IReadOnlyList<string> Names);

/// <summary>A tensor's two names. Filters are looked for in the Hugging Face name first, then in the GGUF name.</summary>
internal readonly record struct TensorName(string HuggingFace, string Gguf)
{
    public bool Matches(string? filter) =>
        filter is null or "*" || HuggingFace.Contains(filter, StringComparison.Ordinal) || Gguf.Contains(filter, StringComparison.Ordinal);
}
