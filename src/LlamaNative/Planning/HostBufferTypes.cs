using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Planning;

/// <summary>
/// The CPU buffer types with their own weight layout (<c>CPU_REPACK</c>, <c>AMX</c>), and which of them accepts a given matrix.
/// Tested like llama.cpp does, with an operation on a tensor without data (weight_buft_supported in llama-model-loader.cpp).
/// </summary>
internal sealed unsafe class HostBufferTypes
{
    private const int Columns = SourceConstants.ProbedColumns;

    private readonly Dictionary<(GgmlType Type, TensorShape Shape), (string? Name, long Bytes)> _answers = [];
    private readonly List<nint> _types = [];
    private readonly nint _cpu;

    public HostBufferTypes(bool useExtraTypes, IReadOnlyList<DeviceInfo> devices)
    {
        _cpu = GgmlDevices.ggml_backend_dev_by_type(GgmlBackendDevType.Cpu);
        Default = Name(GgmlDevices.ggml_backend_dev_buffer_type(_cpu));

        // llama.cpp's list starts with the GPU's pinned memory, which is ordinary memory when the file is mapped.
        bool pinned = devices.Any(device =>
            device.IsGpu && GgmlDevices.ggml_backend_dev_host_buffer_type(GgmlDevices.ggml_backend_dev_by_name(device.Name)) != 0);
        nint getter = useExtraTypes && !pinned
            ? GgmlDevices.ggml_backend_reg_get_proc_address(GgmlDevices.ggml_backend_dev_backend_reg(_cpu),
                "ggml_backend_dev_get_extra_bufts")
            : 0;
        nint* type = getter == 0 ? null : ((delegate* unmanaged[Cdecl]<nint, nint*>)getter)(_cpu);
        for (; type is not null && *type != 0; type++)
        {
            _types.Add(*type);
        }
    }

    /// <summary>The name of the default CPU buffer type.</summary>
    public string Default { get; }

    /// <summary>The name of the buffer type that accepts the weight for matrix multiplication, or null.</summary>
    public string? Choose(GgufTensorInfo tensor) => Ask(tensor).Name;

    /// <summary>Allocation size of the weight in a buffer in bytes, including padding.</summary>
    public long AllocatedSize(GgufTensorInfo tensor, string buffer)
    {
        const long Alignment = SourceConstants.TENSOR_ALIGNMENT; // a GPU's alignment may be larger but is negligible against a matrix
        long bytes = Ask(tensor) is var answer && answer.Name == buffer ? answer.Bytes : tensor.ByteCount;
        return (bytes + Alignment - 1) / Alignment * Alignment;
    }

    private (string? Name, long Bytes) Ask(GgufTensorInfo tensor)
    {
        if (_types.Count == 0 || tensor.Shape.Rank < 2 || !tensor.Name.EndsWith(".weight", StringComparison.Ordinal))
        {
            return (null, tensor.ByteCount);
        }

        (GgmlType, TensorShape) key = (tensor.Type, tensor.Shape);
        if (!_answers.TryGetValue(key, out (string? Name, long Bytes) answer))
        {
            _answers[key] = answer = Ask(tensor.Type, tensor.Shape, tensor.ByteCount);
        }

        return answer;
    }

    private (string? Name, long Bytes) Ask(GgmlType type, TensorShape shape, long byteCount)
    {
        using var context = new GgmlContextHandle(8 * GgmlContexts.ggml_tensor_overhead());
        ggml_tensor* weight = New(context, type, shape[0], shape[1], shape.Rank > 2 ? shape[2] : 1);
        ggml_tensor* product = shape.Rank > 2 && shape[2] > 1
            ? GgmlOperators.ggml_mul_mat_id(context, weight, New(context, GgmlType.F32, shape[0], 1, Columns),
                New(context, GgmlType.I32, 1, Columns, 1))
            : GgmlOperators.ggml_mul_mat(context, weight, New(context, GgmlType.F32, shape[0], Columns, 1));
        foreach (nint bufferType in _types)
        {
            nint buffer = GgmlBuffers.ggml_backend_buft_alloc_buffer(bufferType, 0);
            weight->buffer = buffer;
            bool supported = GgmlDevices.ggml_backend_dev_supports_op(_cpu, product);
            weight->buffer = 0;
            GgmlBuffers.ggml_backend_buffer_free(buffer);
            if (supported)
            {
                return (Name(bufferType), (long)GgmlBuffers.ggml_backend_buft_get_alloc_size(bufferType, weight));
            }
        }

        return (null, byteCount);
    }

    private static ggml_tensor* New(GgmlContextHandle context, GgmlType type, long ne0, long ne1, long ne2)
    {
        long* ne = stackalloc long[] { ne0, ne1, ne2 };
        return GgmlContexts.ggml_new_tensor(context, type, ne2 > 1 ? 3 : 2, ne);
    }

    private static string Name(nint bufferType) => NativeText.Read(GgmlBuffers.ggml_backend_buft_name(bufferType)) ?? "?";
}
