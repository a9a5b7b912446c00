using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>
/// Computes graphs on one device. One computation at a time: calls from several threads wait for each other.
/// Dispose it when done; memory allocated on its device stays with the arenas it was allocated for.
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
            throw new LlamaException($"ggml could not start a backend on {info.Name} ({info.Description})." + NativeLog.Tail());
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

    /// <summary>The device it computes on.</summary>
    public DeviceInfo Device { get; }

    /// <summary>The threads a CPU backend computes with; 1 for other devices.</summary>
    public int Threads { get; }

    internal GgmlBackendHandle Handle { get; }

    internal nint NativeDevice { get; }

    internal ComputeAbort Abort { get; }

    internal Lock Gate { get; } = new();

    /// <summary>A backend on the CPU.</summary>
    /// <param name="threads">How many threads compute, 1 to 512. They wait for each other by spinning, so on a busy machine fewer are
    /// faster.</param>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    public static Backend CreateCpu(int threads = 1)
    {
        DeviceInfo cpu = LlamaRuntime.GetDevices().First(device => device.Kind == DeviceKind.Cpu);
        return Create(cpu.Name, threads);
    }

    /// <summary>A backend on a device of <see cref="LlamaRuntime.GetDevices"/>.</summary>
    /// <exception cref="DeviceNotFoundException">The device is not there.</exception>
    public static Backend Create(DeviceInfo device, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Create(device.Name, threads);
    }

    /// <summary>A backend on the device of a name, e.g. <c>CPU</c>, <c>CUDA0</c>, <c>Vulkan0</c>.</summary>
    /// <param name="deviceName">ggml's short name.</param>
    /// <param name="threads">How many threads a CPU backend computes with.</param>
    /// <exception cref="DeviceNotFoundException">The device is not there.</exception>
    /// <exception cref="LlamaException">The device is there, but cannot be used.</exception>
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

    /// <summary>Releases the backend; graphs allocated with it cannot be computed any more.</summary>
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

        // Without a pool of its own the backend starts and joins its threads for every computation.
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
