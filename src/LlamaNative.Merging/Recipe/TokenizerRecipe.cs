namespace LlamaNative.Merging;

/// <summary>How the output's vocabulary is built, and where rows come from that a model lacks.</summary>
public sealed record TokenizerRecipe
{
    /// <summary><c>base</c>, <c>union</c>, or the model whose vocabulary the output uses.</summary>
    public string Source { get; init; } = "union";

    /// <summary>Tokens with an explicit embedding source; tokens that no vocabulary has are appended.</summary>
    public IReadOnlyDictionary<string, TokenSource> Tokens { get; init; } = new Dictionary<string, TokenSource>();

    /// <summary>
    /// Pads the vocabulary to a multiple of this with unused tokens, whose rows are the mean row; null for no padding.
    /// </summary>
    public int? PadToMultipleOf { get; init; }

    /// <summary>The recipe line, if known.</summary>
    internal int? Line { get; init; }
}

/// <summary>
/// The source of a token's embedding for models that lack the token, or for all models with <see cref="Force"/>.
/// </summary>
public sealed record TokenSource
{
    /// <summary>The source model. If null and <see cref="Zero"/> is false, the default rules apply.</summary>
    public string? Model { get; init; }

    /// <summary>The text of the source token in that model.</summary>
    public string? Token { get; init; }

    /// <summary>The id of the source token in that model.</summary>
    public int? TokenId { get; init; }

    /// <summary>Uses a row of zeros.</summary>
    public bool Zero { get; init; }

    /// <summary>Also replaces the row of models that have the token.</summary>
    public bool Force { get; init; }

    /// <summary>The recipe line, if known.</summary>
    internal int? Line { get; init; }
}
