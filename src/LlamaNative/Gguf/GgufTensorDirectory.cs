using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LlamaNative.Gguf;

/// <summary>The tensors of a file in file order, part by part for a split model, accessible by index or by name.</summary>
public sealed class GgufTensorDirectory : IReadOnlyList<GgufTensorInfo>
{
    private readonly List<GgufTensorInfo> _tensors = [];
    private readonly Dictionary<string, GgufTensorInfo> _byName = new(StringComparer.Ordinal);

    internal GgufTensorDirectory(IEnumerable<GgufPart> parts)
    {
        foreach (GgufPart part in parts)
        {
            foreach (GgufTensorInfo tensor in part.Tensors)
            {
                if (!_byName.TryAdd(tensor.Name, tensor))
                {
                    throw new GgufFormatException("the tensor name is duplicated in another part", tensor.Name, path: part.Path);
                }

                _tensors.Add(tensor);
            }
        }
    }

    /// <inheritdoc/>
    public int Count => _tensors.Count;

    /// <inheritdoc/>
    public GgufTensorInfo this[int index] => _tensors[index];

    /// <summary>Returns the tensor with a name.</summary>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    public GgufTensorInfo this[string name] => _byName.TryGetValue(name, out GgufTensorInfo? tensor)
        ? tensor
        : throw new KeyNotFoundException($"The file has no tensor '{name}'.");

    /// <summary>Gets the tensor with a name; returns false if there is none.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out GgufTensorInfo? tensor) => _byName.TryGetValue(name, out tensor);

    /// <inheritdoc/>
    public IEnumerator<GgufTensorInfo> GetEnumerator() => _tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
