using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;

namespace LlamaNative.Merging.Planning;

/// <summary>Builds per-layer metadata arrays from the layers used in the output.</summary>
internal static class PerLayerMetadata
{
    /// <param name="key">The key without the architecture prefix.</param>
    /// <param name="value">The reference model's array, with one element per layer.</param>
    /// <param name="layers">For each output layer, the model and the layer that its metadata comes from.</param>
    public static GgufValue? Slice(string key, GgufValue value, IReadOnlyList<(MergeModel Model, int Layer)> layers) =>
        value.ElementType switch
        {
            GgufValueType.UInt32 => Collect<uint>(key, layers),
            GgufValueType.Int32 => Collect<int>(key, layers),
            GgufValueType.Float32 => Collect<float>(key, layers),
            GgufValueType.Bool => Collect<bool>(key, layers),
            GgufValueType.UInt64 => Collect<ulong>(key, layers),
            GgufValueType.Int64 => Collect<long>(key, layers),
            _ => null,
        };

    private static GgufValue Collect<T>(string key, IReadOnlyList<(MergeModel Model, int Layer)> layers)
        where T : unmanaged
    {
        var arrays = new Dictionary<MergeModel, T[]>();
        var elements = new T[layers.Count];
        for (int i = 0; i < elements.Length; i++)
        {
            (MergeModel model, int layer) = layers[i];
            if (!arrays.TryGetValue(model, out T[]? array))
            {
                arrays[model] = array = Read<T>(key, model);
            }

            elements[i] = array[layer];
        }

        return GgufValue.OfArray<T>(elements);
    }

    private static T[] Read<T>(string key, MergeModel model)
        where T : unmanaged
    {
        try
        {
            GgufValue value = model.FindOwn(key)
                ?? throw new MergeException($"the file has no metadata key '{model.Architecture}.{key}'", model.Path);
            T[] array = value.Type == GgufValueType.Array ? value.GetArray<T>() : [.. Enumerable.Repeat(value.Get<T>(), model.BlockCount)];
            return array.Length == model.BlockCount
                ? array
                : throw new MergeException($"'{model.Architecture}.{key}' has {array.Length} elements for {model.BlockCount} layers",
                    model.Path);
        }
        catch (GgufFormatException error)
        {
            throw new MergeException(error.Message, model.Path, innerException: error);
        }
    }
}
