using System.Globalization;
using System.Numerics.Tensors;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Models;

/// <summary>
/// A control vector: directions to add to a model's hidden state, per layer from layer 1 (representation engineering, arXiv:2310.01405). It
/// is immutable and independent of a model. Apply it to a context with <see cref="LlamaContext.SetControlVector"/>.
/// </summary>
public sealed class ControlVector
{
    private const string Prefix = "direction.";
    private readonly SortedDictionary<int, float[]> _directions;

    private ControlVector(int embeddingLength, SortedDictionary<int, float[]> directions)
    {
        EmbeddingLength = embeddingLength;
        _directions = directions;
    }

    /// <summary>Creates a control vector from directions of equal length, by layer.</summary>
    /// <exception cref="ArgumentException">There are no directions, their lengths differ, a layer is below 1, or a value is not
    /// finite.</exception>
    public ControlVector(IReadOnlyDictionary<int, float[]> directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        EmbeddingLength = directions.Count > 0 ? directions.Values.First().Length : 0;
        _directions = [];
        foreach ((int layer, float[] direction) in directions)
        {
            if (layer < 1 || direction.Length != EmbeddingLength || !TensorPrimitives.IsFiniteAll<float>(direction))
            {
                throw new ArgumentException(
                    $"The direction of layer {layer} has {direction.Length} values. Layers start at 1, and all directions must have "
                    + $"the same length ({EmbeddingLength}) and finite values.", nameof(directions));
            }

            _directions[layer] = [.. direction];
        }

        if (EmbeddingLength == 0)
        {
            throw new ArgumentException("A control vector must have at least one direction.", nameof(directions));
        }
    }

    /// <summary>The length of each direction, which equals the length of the hidden state.</summary>
    public int EmbeddingLength { get; }

    /// <summary>The layers that have a direction, in ascending order.</summary>
    public IReadOnlyCollection<int> Layers => _directions.Keys;

    /// <summary>
    /// Loads the tensors <c>direction.1</c>, <c>direction.2</c> and so on from a GGUF file written by llama.cpp's cvector-generator or
    /// repeng.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="strength">A factor for all directions.</param>
    /// <exception cref="AdapterException">The file is missing or is not a control vector.</exception>
    public static ControlVector Load(string path, float strength = 1)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            using GgufFile file = GgufFile.Open(path, allParts: false);
            var directions = new Dictionary<int, float[]>();
            foreach (GgufTensorInfo tensor in file.Tensors)
            {
                if (!directions.TryAdd(Layer(tensor, path), Read(tensor, path)))
                {
                    throw new AdapterException(path, $"{tensor.Name} duplicates the direction of its layer.");
                }
            }

            return directions.Count > 0
                ? new ControlVector(directions).Scale(strength)
                : throw new AdapterException(path, "it is not a control vector: it has no tensors direction.N.");
        }
        catch (Exception error) when (error is GgufFormatException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new AdapterException(path, error.Message, error);
        }
    }

    /// <summary>Returns the direction of a layer; empty if it has none.</summary>
    public ReadOnlySpan<float> GetDirection(int layer) => _directions.TryGetValue(layer, out float[]? direction) ? direction : [];

    /// <summary>Multiplies all directions by a factor. A negative factor reverses them.</summary>
    /// <exception cref="ArgumentException">The factor, or a product, is not finite.</exception>
    public ControlVector Scale(float factor)
    {
        var scaled = new Dictionary<int, float[]>();
        foreach ((int layer, float[] direction) in _directions)
        {
            scaled[layer] = new float[direction.Length];
            TensorPrimitives.Multiply(direction, factor, scaled[layer]);
        }

        return new ControlVector(scaled);
    }

    /// <summary>Adds two control vectors layer by layer.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a sum is not finite.</exception>
    public ControlVector Add(ControlVector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var sum = new Dictionary<int, float[]>(_directions);
        foreach ((int layer, float[] direction) in other._directions)
        {
            float[] total = [.. direction];
            if (sum.TryGetValue(layer, out float[]? mine) && mine.Length == total.Length)
            {
                TensorPrimitives.Add(mine, direction, total);
            }

            sum[layer] = total;
        }

        return new ControlVector(sum);
    }

    /// <summary>
    /// Returns the format that llama.cpp expects: the directions of layers 1 to <paramref name="layers"/> - 1, consecutive, with zeros for
    /// layers without one.
    /// </summary>
    internal float[] ToDense(int embeddingLength, int layers)
    {
        if (embeddingLength != EmbeddingLength || _directions.Keys.Last() >= layers)
        {
            throw new ArgumentException(
                $"The control vector has length {EmbeddingLength} and directions up to layer {_directions.Keys.Last()}; "
                + $"the model's hidden state has length {embeddingLength} and its layers are 0 to {layers - 1}.");
        }

        float[] dense = new float[embeddingLength * (layers - 1)];
        foreach ((int layer, float[] direction) in _directions)
        {
            direction.CopyTo(dense, (layer - 1) * embeddingLength);
        }

        return dense;
    }

    private static int Layer(GgufTensorInfo tensor, string path)
    {
        return tensor.Name.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(tensor.Name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
            ? layer
            : throw new AdapterException(path, $"the tensor {tensor.Name} is not a direction; its name must be direction.N.");
    }

    private static float[] Read(GgufTensorInfo tensor, string path)
    {
        if (tensor.Type != GgmlType.F32 || tensor.Shape.RowCount != 1)
        {
            throw new AdapterException(path, $"{tensor} is not a direction; it must be one row of F32.");
        }

        using GgufTensorView view = tensor.Open();
        float[] direction = new float[tensor.Shape.ElementCount];
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(view.Bytes).CopyTo(direction);
        return direction;
    }
}
