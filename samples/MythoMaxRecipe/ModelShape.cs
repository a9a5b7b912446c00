namespace MythoMaxRecipe;

/// <summary>The sizes of a LLaMA model.</summary>
internal sealed record ModelShape(int Layers, int Width, int FeedForward, int Heads, int KeyValueHeads, int Vocabulary)
{
    /// <summary>A small model with the layer count of a 13B model.</summary>
    public static ModelShape Small { get; } = new(40, 32, 64, 2, 2, 64);

    /// <summary>TinyLlama's shape.</summary>
    public static ModelShape OneBillion { get; } = new(22, 2048, 5632, 32, 4, 32000);

    /// <summary>LLaMA 2 13B's shape.</summary>
    public static ModelShape ThirteenBillion { get; } = new(40, 5120, 13824, 40, 40, 32000);

    public static ModelShape Parse(string name) => name.ToUpperInvariant() switch
    {
        "SMALL" => Small,
        "1.1B" => OneBillion,
        "13B" => ThirteenBillion,
        _ => throw new ArgumentException($"the shape must be small, 1.1B or 13B, not '{name}'"),
    };
}
