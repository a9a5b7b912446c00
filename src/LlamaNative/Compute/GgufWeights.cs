using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>Adds the tensors of a GGUF file to an arena: memory-mapped on the CPU, or copied to a device.</summary>
public static unsafe class GgufWeights
{
    private const int Alignment = SourceConstants.TENSOR_ALIGNMENT;
    private const int CopyBytes = 16 << 20;

    /// <summary>
    /// Creates a read-only tensor over the mapped bytes of a file, without copying; the system loads pages on access. The mapping stays
    /// open until the arena is released, even if the file is disposed.
    /// </summary>
    /// <exception cref="TensorLayoutException">The tensor is empty, or not aligned to 32 bytes because of a smaller general.alignment. Use
    /// <see cref="Load"/> instead.</exception>
    /// <exception cref="ComputeCapacityException">The arena is full.</exception>
    /// <exception cref="ObjectDisposedException">The file or the arena was disposed.</exception>
    public static GgmlTensor Map(this TensorArena arena, GgufTensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(tensor);
        // A GgufTensorView cannot leave its scope, so the arena owns a lease of the mapping instead.
        FileMapping.Lease lease = tensor.Mapping.Acquire();
        try
        {
            byte* data = lease.Start + tensor.Offset;
            if ((nuint)data % Alignment != 0)
            {
                throw new TensorLayoutException("Map",
                    $"{tensor} is at byte {tensor.Offset}, which is not aligned to {Alignment} bytes; use Load instead");
            }

            return arena.NewMappedTensor(tensor.Name, tensor.Layout, data, lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Maps tensors by name; see <see cref="Map(TensorArena, GgufTensorInfo)"/>.</summary>
    /// <exception cref="TensorLayoutException">A tensor is empty, or not aligned to 32 bytes. Use <see cref="Load"/> instead.</exception>
    /// <exception cref="ComputeCapacityException">The arena is full.</exception>
    /// <exception cref="ObjectDisposedException">The file or the arena was disposed.</exception>
    public static IReadOnlyDictionary<string, GgmlTensor> Map(this TensorArena arena, IEnumerable<GgufTensorInfo> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return tensors.ToDictionary(tensor => tensor.Name, arena.Map, StringComparer.Ordinal);
    }

    /// <summary>Creates tensors, allocates memory for them on a backend's device, and copies the file's bytes there.</summary>
    /// <exception cref="LlamaException">The device does not have enough memory.</exception>
    /// <exception cref="ComputeCapacityException">The arena is full.</exception>
    /// <exception cref="OperationCanceledException">Copying was cancelled; the remaining data is zero.</exception>
    public static IReadOnlyDictionary<string, GgmlTensor> Load(
        this TensorArena arena,
        IEnumerable<GgufTensorInfo> tensors,
        Backend backend,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(tensors);
        var loaded = new Dictionary<string, GgmlTensor>(StringComparer.Ordinal);
        var sources = new List<(GgufTensorInfo File, GgmlTensor Tensor)>();
        foreach (GgufTensorInfo file in tensors)
        {
            GgmlTensor tensor = arena.NewTensor(file.Type, file.Shape);
            tensor.Name = file.Name;
            loaded.Add(file.Name, tensor);
            sources.Add((file, tensor));
        }

        arena.Allocate(backend);
        foreach ((GgufTensorInfo file, GgmlTensor tensor) in sources)
        {
            using GgufTensorView view = file.Open();
            for (long offset = 0; offset < file.ByteCount; offset += CopyBytes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tensor.WriteBytes(view.Range(offset, (int)Math.Min(CopyBytes, file.ByteCount - offset)), offset);
            }
        }

        return loaded;
    }
}
