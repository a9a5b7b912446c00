using TrainTinyChat.Model;

namespace TrainTinyChat.FineTuning;

/// <summary>What training needs in memory, before anything is allocated. An upper bound: results share memory.</summary>
internal static class MemoryEstimate
{
    public static long Bytes(ModelShape shape, int windowLength, int windows)
    {
        // Wide enough for what a hostile file or option may say.
        Int128 tokens = (Int128)windowLength * windows;

        // A weight, its gradient and two moments.
        Int128 weights = 4 * (Int128)ParameterList.Count(shape);

        // What each layer keeps for the backward pass, and what comes and goes around it.
        Int128 scores = (Int128)shape.Heads * windowLength;
        Int128 kept = shape.Layers * tokens * ((11L * shape.Width) + (4L * shape.KeyWidth) + (3L * shape.FeedForward) + scores);
        Int128 passing = tokens * ((8L * shape.Width) + (4L * shape.FeedForward) + (2 * scores) + (2L * shape.Vocabulary));
        Int128 mask = tokens * windowLength * 2;
        return (long)Int128.Min(long.MaxValue, sizeof(float) * (weights + kept + passing + mask));
    }

    /// <exception cref="InvalidOperationException">It does not fit.</exception>
    public static void Require(ModelShape shape, int windowLength, int windows, long available)
    {
        long needed = Bytes(shape, windowLength, windows);
        if (needed > available)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"Training {ParameterList.Count(shape) / 1e6:F1} million parameters on {windows} windows of {windowLength} tokens needs about {needed / (double)(1 << 30):F1} GiB, and there are {available / (double)(1 << 30):F1} GiB. Take a smaller model, or a smaller --window."));
        }
    }

    /// <summary>The memory of the machine, or of the container it is.</summary>
    public static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
