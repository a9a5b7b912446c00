using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// Computes graphs on one device. It runs one computation at a time; concurrent calls wait. Disposing it does not free the memory allocated
/// for arenas on its device.
/// </summary>
public sealed unsafe class Backend : IDisposable
{
    private const int MaxThreads = NativeConstants.GGML_MAX_N_THREADS;

    private Backend(nint device, DeviceInfo info, int threads)
    {
        NativeLog.Clear();
        nint backend = GgmlBackends.ggml_backend_dev_init(device, null);
        if (backend == 0)
        {
            throw new LlamaException($"ggml could not initialize a backend on {info.Name} ({info.Description})." + NativeLog.Tail());
        }

        NativeDevice = device;
        Device = info;
        Handle = new GgmlBackendHandle(backend);
        Abort = new ComputeAbort(device, backend);
        Handle.Own(Abort);
        Threads = info.Kind == DeviceKind.Cpu ? threads : 1;
        if (info.Kind == DeviceKind.Cpu)
        {
            SetThreads(backend, threads);
        }
    }

    /// <summary>The device that the backend computes on.</summary>
    public DeviceInfo Device { get; }

    /// <summary>The number of threads of a CPU backend; 1 for other devices.</summary>
    public int Threads { get; }

    internal GgmlBackendHandle Handle { get; }

    internal nint NativeDevice { get; }

    internal ComputeAbort Abort { get; }

    internal Lock Gate { get; } = new();

    /// <summary>Creates a backend on the CPU.</summary>
    /// <param name="threads">The number of compute threads, 1 to 512. They synchronize by spinning, so on a busy machine fewer threads are
    /// faster.</param>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    public static Backend CreateCpu(int threads = 1)
    {
        DeviceInfo cpu = LlamaRuntime.GetDevices().First(device => device.Kind == DeviceKind.Cpu);
        return Create(cpu.Name, threads);
    }

    /// <summary>Creates a backend on a device returned by <see cref="LlamaRuntime.GetDevices"/>.</summary>
    /// <exception cref="DeviceNotFoundException">There is no such device.</exception>
    public static Backend Create(DeviceInfo device, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Create(device.Name, threads);
    }

    /// <summary>Creates a backend on the device with a name, e.g. <c>CPU</c>, <c>CUDA0</c>, <c>Vulkan0</c>.</summary>
    /// <param name="deviceName">ggml's short name of the device.</param>
    /// <param name="threads">The number of threads of a CPU backend, 1 to 512.</param>
    /// <exception cref="DeviceNotFoundException">There is no such device.</exception>
    /// <exception cref="LlamaException">The device exists but cannot be initialized.</exception>
    public static Backend Create(string deviceName, int threads = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(deviceName);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MaxThreads);
        IReadOnlyList<DeviceInfo> devices = LlamaRuntime.GetDevices();
        DeviceInfo info = devices.FirstOrDefault(device => device.Name.Equals(deviceName, StringComparison.OrdinalIgnoreCase))
            ?? throw new DeviceNotFoundException(deviceName, devices);
        return new Backend(GgmlBackends.ggml_backend_dev_by_name(info.Name), info, threads);
    }

    /// <summary>Releases the backend. Graphs allocated with it can no longer be computed.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>Whether the device can read tensors in a buffer.</summary>
    internal bool Reads(nint buffer) =>
        GgmlBackends.ggml_backend_dev_supports_buft(NativeDevice, GgmlBuffers.ggml_backend_buffer_get_type(buffer));

    /// <summary>Whether the device has a kernel for an operator with these operands.</summary>
    internal bool Computes(GgmlTensor node) => GgmlBackends.ggml_backend_dev_supports_op(NativeDevice, node.Native);

    private void SetThreads(nint backend, int threads)
    {
        GgmlBackends.SetThreads(NativeDevice, backend, threads);
        if (threads == 1)
        {
            return;
        }

        // Without a thread pool the backend starts and joins its threads for every computation.
        ggml_threadpool_params parameters;
        GgmlThreads.ggml_threadpool_params_init(&parameters, threads);
        nint pool = GgmlThreads.NewPool(&parameters);
        if (pool != 0)
        {
            GgmlBackends.SetThreadPool(NativeDevice, backend, pool);
            Handle.OwnPool(pool);
        }
    }
}
