namespace LlamaNative.Merging;

/// <summary>How the output's vocabulary is made, and where rows come from that a model lacks.</summary>
public sealed record TokenizerRecipe
{
    /// <summary><c>base</c>, <c>union</c>, or a model whose vocabulary the output takes.</summary>
    public string Source { get; init; } = "union";

    /// <summary>Tokens whose embedding is chosen by hand; ones that no vocabulary has are appended.</summary>
    public IReadOnlyDictionary<string, TokenSource> Tokens { get; init; } = new Dictionary<string, TokenSource>();

    /// <summary>Pads the vocabulary to a multiple of this with unused tokens, whose rows are the mean row.</summary>
    public int? PadToMultipleOf { get; init; }

    /// <summary>The line of the recipe it comes from.</summary>
    internal int? Line { get; init; }
}

/// <summary>Where the embedding of a token comes from in models that lack it (or, with <see cref="Force"/>, in all).</summary>
public sealed record TokenSource
{
    /// <summary>The model; null together with <see cref="Zero"/> unset leaves the usual rules.</summary>
    public string? Model { get; init; }

    /// <summary>Another token's text in that model.</summary>
    public string? Token { get; init; }

    /// <summary>Another token's number in that model.</summary>
    public int? TokenId { get; init; }

    /// <summary>A row of zeros.</summary>
    public bool Zero { get; init; }

    /// <summary>Also replaces the row of models that have the token.</summary>
    public bool Force { get; init; }

    /// <summary>The line of the recipe it comes from.</summary>
    internal int? Line { get; init; }
}
