namespace LlamaNative.Merging.Planning;

/// <summary>Where a layer of a slice reads gradients.</summary>
internal static class LayerPosition
{
    /// <summary>From 0 in the first layer of a slice to 1 in its last; the only layer of a slice is at 1.</summary>
    public static double Of(int layer, int count) => count == 1 ? 1 : layer / (double)(count - 1);
}
