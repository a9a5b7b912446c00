using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <content>Memory for persistent data: weights, inputs and optimizer state.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>
    /// Allocates memory on a backend's device for every tensor of this arena without data, including operator results, and returns the
    /// number of bytes. The memory is not shared between tensors, is initialized to zero, and is freed with the arena.
    /// </summary>
    /// <exception cref="LlamaException">The device does not have enough memory.</exception>
    /// <exception cref="ObjectDisposedException">The arena or the backend was disposed.</exception>
    public long Allocate(Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        Enter(0);
        nint bufferType = GgmlBackends.ggml_backend_get_default_buffer_type(backend.Handle);
        long needed = (long)GgmlBuffers.ggml_backend_alloc_ctx_tensors_from_buft_size(Handle, bufferType);
        if (needed == 0)
        {
            return 0;
        }

        NativeLog.Clear();
        nint address = GgmlBuffers.ggml_backend_alloc_ctx_tensors_from_buft(Handle, bufferType);
        if (address == 0)
        {
            throw new LlamaException(
                $"{backend.Device.Name} could not allocate {needed} bytes for the tensors of an arena." + NativeLog.Tail());
        }

        using var buffer = new GgmlBufferHandle(address);
        Handle.Keep(buffer);

        // The scheduler runs operators on the device that has their weights.
        GgmlBuffers.ggml_backend_buffer_set_usage(buffer, GgmlBackendBufferUsage.Weights);
        GgmlBuffers.ggml_backend_buffer_clear(buffer, 0);
        return needed;
    }

    /// <summary>
    /// Creates a tensor over memory of the caller. The arena disposes <paramref name="owner"/>, which frees that memory, when it is
    /// released.
    /// </summary>
    internal GgmlTensor NewMappedTensor(string name, in TensorLayout layout, byte* data, IDisposable owner)
    {
        GgmlTensor tensor = NewTensor(layout.Type, layout.Shape);
        using var buffer = new GgmlBufferHandle(GgmlBuffers.ggml_backend_cpu_buffer_from_ptr(data, (nuint)layout.ByteCount));
        Handle.Keep(buffer);
        Handle.Own(owner);
        GgmlBuffers.ggml_backend_buffer_set_usage(buffer, GgmlBackendBufferUsage.Weights);
        GgmlBuffers.ggml_backend_tensor_alloc(buffer, tensor.Native, data);
        tensor.MappedData = true;
        tensor.Name = name;
        return tensor;
    }
}
