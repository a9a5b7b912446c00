using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LlamaNative.Gguf;

/// <summary>The tensors of a file in the file's order (part by part where it is split), found by place or by name.</summary>
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
                    throw new GgufFormatException("the tensor name occurs in two parts", tensor.Name, path: part.Path);
                }

                _tensors.Add(tensor);
            }
        }
    }

    /// <inheritdoc/>
    public int Count => _tensors.Count;

    /// <inheritdoc/>
    public GgufTensorInfo this[int index] => _tensors[index];

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    public GgufTensorInfo this[string name] => _byName.TryGetValue(name, out GgufTensorInfo? tensor)
        ? tensor
        : throw new KeyNotFoundException($"the file has no tensor '{name}'");

    /// <summary>The tensor of a name, if the file has it.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out GgufTensorInfo? tensor) => _byName.TryGetValue(name, out tensor);

    /// <inheritdoc/>
    public IEnumerator<GgufTensorInfo> GetEnumerator() => _tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
