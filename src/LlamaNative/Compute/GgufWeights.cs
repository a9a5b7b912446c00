using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>The tensors of a GGUF file as tensors of an arena: mapped in place on the CPU, or copied to a device once.</summary>
public static unsafe class GgufWeights
{
    private const int Alignment = SourceConstants.TENSOR_ALIGNMENT;
    private const int CopyBytes = 16 << 20;

    /// <summary>
    /// Makes a tensor that reads the file's bytes where they are mapped: no copy, and pages are loaded when touched.
    /// The mapping stays until the arena goes, also after the file is disposed. The tensor is read-only.
    /// </summary>
    /// <exception cref="TensorLayoutException">The tensor is empty, or not aligned to 32 bytes (a file with a smaller general.alignment):
    /// use <see cref="Load"/>.</exception>
    /// <exception cref="ComputeCapacityException">The arena is full.</exception>
    /// <exception cref="ObjectDisposedException">The file or the arena was disposed.</exception>
    public static GgmlTensor Map(this TensorArena arena, GgufTensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(tensor);
        // A tensor view is bound to its scope on purpose; a lease of its mapping is what lives as long as the arena.
        FileMapping.Lease lease = tensor.Mapping.Acquire();
        try
        {
            byte* data = lease.Start + tensor.Offset;
            if ((nuint)data % Alignment != 0)
            {
                throw new TensorLayoutException("Map",
                    $"{tensor} lies at byte {tensor.Offset}, which is not aligned to {Alignment}; load it instead");
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
    public static IReadOnlyDictionary<string, GgmlTensor> Map(this TensorArena arena, IEnumerable<GgufTensorInfo> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return tensors.ToDictionary(tensor => tensor.Name, arena.Map, StringComparer.Ordinal);
    }

    /// <summary>Makes tensors, gives them memory on a backend's device, and copies the file's bytes there.</summary>
    /// <exception cref="LlamaException">The device has not that much memory.</exception>
    /// <exception cref="ComputeCapacityException">The arena is full.</exception>
    /// <exception cref="OperationCanceledException">Copying was cancelled; what is missing is zero.</exception>
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
