namespace Llama3FromScratch.Trace;

/// <summary>A token and its text.</summary>
internal readonly record struct TracedToken(int Id, string Text);

/// <summary>A computed step, compared with llama.cpp's.</summary>
/// <param name="Name">A descriptive name.</param>
/// <param name="Layer">The layer; null outside the layers.</param>
/// <param name="Shape">Its shape, rows first.</param>
/// <param name="Counterpart">The tensor's name in llama.cpp's graph.</param>
/// <param name="Operation">The operator that computes it there.</param>
/// <param name="Difference">The largest difference, relative to llama.cpp's largest value; null if its graph has no such tensor.</param>
internal sealed record TracedStep(string Name, int? Layer, string Shape, string Counterpart, string Operation, double? Difference);

/// <summary>The token that a layer would predict at a position, and its probability.</summary>
internal readonly record struct LensCell(TracedToken Token, double Probability);

/// <summary>A point of a query before and after RoPE, and its rotation per position in radians.</summary>
internal readonly record struct RopePair(double X, double Y, double TurnedX, double TurnedY, double Turn);

/// <summary>Everything that the page and the tool show for one prompt.</summary>
internal sealed record TraceResult
{
    public required string Model { get; init; }

    public required string Summary { get; init; }

    public required IReadOnlyList<TracedToken> Prompt { get; init; }

    public required IReadOnlyList<TracedToken> Continuation { get; init; }

    public required IReadOnlyList<TracedStep> Steps { get; init; }

    /// <summary>The largest difference between embedding rows picked by id and the product of one-hot rows and the matrix.</summary>
    public required double? OneHotDifference { get; init; }

    /// <summary>Attention, by layer and head: a row for each query, a column for each key.</summary>
    public required IReadOnlyList<float[][]> Attention { get; init; }

    /// <summary>Predictions, by layer and token.</summary>
    public required IReadOnlyList<LensCell[]> Lens { get; init; }

    /// <summary>The first query head of the last token in layer 0.</summary>
    public required IReadOnlyList<RopePair> Rope { get; init; }

    public double LargestDifference => Steps.Max(step => step.Difference ?? 0);
}
