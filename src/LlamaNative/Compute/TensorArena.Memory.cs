using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <content>Memory for data that stays: weights, inputs, optimizer state.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>
    /// Gives memory on a backend's device to every tensor of this arena that has none, results of operators included,
    /// and returns its bytes. Each gets memory of its own that nothing else uses; it is set to zero and lives as long
    /// as the arena.
    /// </summary>
    /// <exception cref="LlamaException">The device has not that much memory.</exception>
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

        // The scheduler runs operators where their weights lie.
        GgmlBuffers.ggml_backend_buffer_set_usage(buffer, GgmlBackendBufferUsage.Weights);
        GgmlBuffers.ggml_backend_buffer_clear(buffer, 0);
        return needed;
    }

    /// <summary>
    /// Makes a tensor whose data is memory of the caller's, which is kept by <paramref name="owner"/> until the arena goes.
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
