namespace LlamaNative.Merging.Planning;

/// <summary>The position of a layer at which gradients are evaluated.</summary>
internal static class LayerPosition
{
    /// <summary>From 0 at the first layer of a slice to 1 at its last; 1 if the slice has a single layer.</summary>
    public static double Of(int layer, int count) => count == 1 ? 1 : layer / (double)(count - 1);
}
