namespace LlamaNative.Merging.Recipe;

/// <summary>
/// The gradients of older tools. m values make m−1 segments of ⌊n/(m−1)⌋ samples each, including both ends of a segment, so
/// that joints repeat; missing samples at the end are filled with the last value.
/// </summary>
internal static class SegmentSamples
{
    public static double At(IReadOnlyList<double> values, int count, int index)
    {
        if (values.Count == 1)
        {
            return values[0];
        }

        int perSegment = count / (values.Count - 1);
        int segment = perSegment == 0 ? values.Count : index / perSegment;
        if (segment >= values.Count - 1)
        {
            return values[^1];
        }

        int step = index % perSegment;
        return step == 0
            ? values[segment]
            : step == perSegment - 1
                ? values[segment + 1]
                : values[segment] + ((values[segment + 1] - values[segment]) * step / (perSegment - 1));
    }
}
