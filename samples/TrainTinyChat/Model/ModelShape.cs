namespace TrainTinyChat.Model;

/// <summary>The numbers of a LLaMA.</summary>
internal sealed record ModelShape
{
    /// <summary>The length of the row that stands for a token.</summary>
    public int Width { get; init; } = 128;

    public int Layers { get; init; } = 4;

    /// <summary>Query heads.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Key and value heads, each shared by Heads / KeyHeads query heads.</summary>
    public int KeyHeads { get; init; } = 2;

    public int FeedForward { get; init; } = 352;

    public int Vocabulary { get; init; } = 1024;

    /// <summary>The tokens of a training window, and the most a conversation may have.</summary>
    public int Context { get; init; } = 256;

    public float Epsilon { get; init; } = 1e-5f;

    public float RopeBase { get; init; } = 10000;

    /// <summary>How many numbers of a head turn with the position.</summary>
    public int? RopeDimensions { get; init; }

    /// <summary>Whether the output matrix is the embedding.</summary>
    public bool TiedOutput { get; init; } = true;

    public int HeadWidth => Width / Heads;

    public int KeyWidth => HeadWidth * KeyHeads;

    /// <summary>Query heads to a key head.</summary>
    public int Group => Heads / KeyHeads;

    public float ScoreScale => 1 / MathF.Sqrt(HeadWidth);
}
