using System.Globalization;
using System.Numerics.Tensors;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Models;

/// <summary>
/// Directions to add to a model's hidden state, one for each layer from 1 on (representation engineering,
/// arXiv:2310.01405). It is data and belongs to no model; contexts use it with
/// <see cref="LlamaContext.SetControlVector"/>. It never changes: scaling and adding make new ones.
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

    /// <summary>Makes a control vector from directions of one length, by layer.</summary>
    /// <exception cref="ArgumentException">There is none, their lengths differ, a layer is below 1, or a number is not finite.</exception>
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
                    $"The direction of layer {layer} has {direction.Length} numbers; layers count from 1, all directions have one length "
                    + $"({EmbeddingLength}) and finite numbers.", nameof(directions));
            }

            _directions[layer] = [.. direction];
        }

        if (EmbeddingLength == 0)
        {
            throw new ArgumentException("A control vector has at least one direction.", nameof(directions));
        }
    }

    /// <summary>Numbers of each direction: the length of the hidden state it is added to.</summary>
    public int EmbeddingLength { get; }

    /// <summary>The layers that have a direction, rising.</summary>
    public IReadOnlyCollection<int> Layers => _directions.Keys;

    /// <summary>
    /// Loads the tensors <c>direction.1</c>, <c>direction.2</c> … of a GGUF file, as llama.cpp's cvector-generator and repeng write them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="strength">The factor of all directions.</param>
    /// <exception cref="AdapterException">The file is missing or is no control vector.</exception>
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
                    throw new AdapterException(path, $"{tensor.Name} is a second direction of its layer.");
                }
            }

            return new ControlVector(directions).Scale(strength);
        }
        catch (Exception error) when (error is GgufFormatException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new AdapterException(path, error.Message, error);
        }
    }

    /// <summary>The direction of a layer; empty when it has none.</summary>
    public ReadOnlySpan<float> GetDirection(int layer) => _directions.TryGetValue(layer, out float[]? direction) ? direction : [];

    /// <summary>All directions times a factor; a negative one turns them around.</summary>
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

    /// <summary>The sum of two control vectors, layer by layer.</summary>
    /// <exception cref="ArgumentException">Their lengths differ, or a sum is not finite.</exception>
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
    /// As llama.cpp takes it: the directions of the layers 1 to <paramref name="layers"/> - 1 one after the other, zeros where there is
    /// none.
    /// </summary>
    internal float[] ToDense(int embeddingLength, int layers)
    {
        if (embeddingLength != EmbeddingLength || _directions.Keys.Last() >= layers)
        {
            throw new ArgumentException(
                $"The control vector has {EmbeddingLength} numbers and directions up to layer {_directions.Keys.Last()}; "
                + $"the model's hidden state has {embeddingLength} and its layers go from 0 to {layers - 1}.");
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
            : throw new AdapterException(path, $"the tensor {tensor.Name} is no direction.N of a control vector.");
    }

    private static float[] Read(GgufTensorInfo tensor, string path)
    {
        if (tensor.Type != GgmlType.F32 || tensor.Shape.RowCount != 1)
        {
            throw new AdapterException(path, $"{tensor}: a direction is one row of F32.");
        }

        using GgufTensorView view = tensor.Open();
        float[] direction = new float[tensor.Shape.ElementCount];
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(view.Bytes).CopyTo(direction);
        return direction;
    }
}
