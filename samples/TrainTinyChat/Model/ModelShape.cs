namespace TrainTinyChat.Model;

/// <summary>The hyperparameters of a LLaMA.</summary>
internal sealed record ModelShape
{
    /// <summary>The length of the row that represents a token.</summary>
    public int Width { get; init; } = 128;

    public int Layers { get; init; } = 4;

    /// <summary>Query heads.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Key and value heads, each shared by Heads / KeyHeads query heads.</summary>
    public int KeyHeads { get; init; } = 2;

    public int FeedForward { get; init; } = 352;

    public int Vocabulary { get; init; } = 1024;

    /// <summary>The length of a training window in tokens, which is also the maximum length of a conversation.</summary>
    public int Context { get; init; } = 256;

    public float Epsilon { get; init; } = 1e-5f;

    public float RopeBase { get; init; } = 10000;

    /// <summary>The number of a head's dimensions that RoPE rotates.</summary>
    public int? RopeDimensions { get; init; }

    /// <summary>Whether the output matrix is the embedding matrix.</summary>
    public bool TiedOutput { get; init; } = true;

    public int HeadWidth => Width / Heads;

    public int KeyWidth => HeadWidth * KeyHeads;

    /// <summary>Query heads per key head.</summary>
    public int Group => Heads / KeyHeads;

    public float ScoreScale => 1 / MathF.Sqrt(HeadWidth);
}
