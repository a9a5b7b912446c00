using System.Globalization;
using TrainTinyChat.Model;

namespace TrainTinyChat.FineTuning;

/// <summary>Estimates the memory needed for training before anything is allocated. An upper bound, since results share memory.</summary>
internal static class MemoryEstimate
{
    public static long Bytes(ModelShape shape, int windowLength, int windows)
    {
        // Wide enough for values from a malicious file or option.
        Int128 tokens = (Int128)windowLength * windows;

        // Each weight has a gradient and two moments.
        Int128 weights = 4 * (Int128)ParameterList.Count(shape);

        // What each layer keeps for the backward pass, plus temporary results.
        Int128 scores = (Int128)shape.Heads * windowLength;
        Int128 kept = shape.Layers * tokens * ((11L * shape.Width) + (4L * shape.KeyWidth) + (3L * shape.FeedForward) + scores);
        Int128 passing = tokens * ((8L * shape.Width) + (4L * shape.FeedForward) + (2 * scores) + (2L * shape.Vocabulary));
        Int128 mask = tokens * windowLength * 2;
        return (long)Int128.Min(long.MaxValue, sizeof(float) * (weights + kept + passing + mask));
    }

    /// <exception cref="InvalidOperationException">The memory is not sufficient.</exception>
    public static void Require(ModelShape shape, int windowLength, int windows, long available)
    {
        long needed = Bytes(shape, windowLength, windows);
        if (needed > available)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Training {ParameterList.Count(shape) / 1e6:F1} million parameters on {windows} windows of {windowLength} tokens needs "
                + $"about {needed / (double)(1 << 30):F1} GiB, but only {available / (double)(1 << 30):F1} GiB are available. "
                + $"Use a smaller model or a smaller --window."));
        }
    }

    /// <summary>The memory of the machine or the container.</summary>
    public static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
