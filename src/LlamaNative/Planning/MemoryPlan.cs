using LlamaNative.Contexts;
using LlamaNative.Models;

namespace LlamaNative.Planning;

/// <summary>
/// Estimated memory use of a model and a context, before anything is allocated. The numbers come from the file's tensor list
/// and from llama.cpp, which goes through loading and reservation without allocating (its no-alloc mode).
/// </summary>
/// <remarks>
/// The process's code and heap, and memory used by drivers, are not included. Memory-mapped weights count as used: the system
/// may evict and reread their pages, but a model runs well only while they stay resident.
/// </remarks>
public sealed record MemoryPlan
{
    internal MemoryPlan(string path, ModelOptions modelOptions, ContextOptions contextOptions, int contextSize,
        ModelPlacement placement, IReadOnlyList<DeviceMemory> devices)
    {
        Path = path;
        ModelOptions = modelOptions;
        ContextOptions = contextOptions;
        ContextSize = contextSize;
        Placement = placement;
        Devices = devices;
    }

    /// <summary>The model file.</summary>
    public string Path { get; }

    /// <summary>Model options, with the number of GPU layers that <see cref="Fit"/> chose.</summary>
    public ModelOptions ModelOptions { get; }

    /// <summary>Context options, with the size that <see cref="Fit"/> chose.</summary>
    public ContextOptions ContextOptions { get; }

    /// <summary>Context size in tokens, rounded like llama.cpp rounds it.</summary>
    public int ContextSize { get; }

    /// <summary>The buffers for the weights, as <see cref="LlamaModel.Placement"/> reports them after loading.</summary>
    public ModelPlacement Placement { get; }

    /// <summary>Memory needed on each device: the GPUs, then the host.</summary>
    public IReadOnlyList<DeviceMemory> Devices { get; }

    /// <summary>Memory needed on the host.</summary>
    public DeviceMemory Host => Devices[^1];

    /// <summary>Total bytes needed over all devices.</summary>
    public long NeededBytes => Devices.Sum(device => device.NeededBytes);

    /// <summary>Whether every device has enough free memory, without a reserve.</summary>
    public bool Fits => Shortage(new MemoryFitOptions { ReserveBytes = 0 }) is null;

    /// <summary>
    /// Estimates the memory use of a model and context for the given options; null options resolve as they do when loading.
    /// </summary>
    /// <param name="path">The model file; of a split model, any part.</param>
    /// <param name="modelOptions">How to load the model; null for the defaults.</param>
    /// <param name="contextOptions">The context parameters; null for the defaults.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="ModelLoadException">The file is missing, invalid, or not a model that llama.cpp can run.</exception>
    /// <exception cref="ContextCreationException">The context options do not suit the model.</exception>
    public static MemoryPlan Estimate(
        string path, ModelOptions? modelOptions = null, ContextOptions? contextOptions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var probe = new ModelProbe(path, modelOptions ?? new ModelOptions(), cancellationToken);
        return probe.Measure(contextOptions ?? new ContextOptions());
    }

    /// <summary>
    /// Chooses <see cref="ContextOptions.ContextSize"/> and <see cref="ModelOptions.GpuLayers"/>, where they are null, to fit
    /// the memory that is free now. All layers are offloaded if they fit with the smallest context, otherwise as many as
    /// possible; the context then takes the remaining memory.
    /// </summary>
    /// <param name="path">The model file; of a split model, any part.</param>
    /// <param name="modelOptions">How to load the model; a layer count that is set is kept.</param>
    /// <param name="contextOptions">The context parameters; a size that is set is kept, where 0 means the trained
    /// length.</param>
    /// <param name="fitOptions">The limits of the search; null for the defaults.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <returns>A plan whose options can be used to load the model and create the context.</returns>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="ModelTooLargeException">Even the smallest configuration that the options allow does not
    /// fit.</exception>
    /// <exception cref="ModelLoadException">The file is missing, invalid, or not a model that llama.cpp can run.</exception>
    /// <exception cref="ContextCreationException">The context options do not suit the model.</exception>
    public static MemoryPlan Fit(
        string path,
        ModelOptions? modelOptions = null,
        ContextOptions? contextOptions = null,
        MemoryFitOptions? fitOptions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var search = new MemoryFit(path, modelOptions ?? new ModelOptions(), contextOptions ?? new ContextOptions(),
            fitOptions ?? new MemoryFitOptions(), cancellationToken);
        return search.Run();
    }

    /// <summary><see cref="Estimate"/> on a thread-pool thread.</summary>
    public static Task<MemoryPlan> EstimateAsync(
        string path, ModelOptions? modelOptions = null, ContextOptions? contextOptions = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Estimate(path, modelOptions, contextOptions, cancellationToken), cancellationToken);

    /// <summary><see cref="Fit"/> on a thread-pool thread.</summary>
    public static Task<MemoryPlan> FitAsync(
        string path,
        ModelOptions? modelOptions = null,
        ContextOptions? contextOptions = null,
        MemoryFitOptions? fitOptions = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Fit(path, modelOptions, contextOptions, fitOptions, cancellationToken), cancellationToken);

    /// <summary>The first device with insufficient memory, or null.</summary>
    internal DeviceMemory? Shortage(MemoryFitOptions options)
    {
        // An integrated GPU uses host memory, so the host has to provide for both.
        long shared = Devices.Where(device => device.SharesHostMemory).Sum(device => device.NeededBytes);
        return Devices.FirstOrDefault(device =>
            device.NeededBytes + (device.IsHost ? shared : 0) > options.RoomOf(device));
    }
}

/// <summary>Memory that a plan needs on one device, in bytes.</summary>
/// <param name="Name">The device's name; see <see cref="LlamaRuntime.GetDevices"/>.</param>
/// <param name="Kind">The kind of device.</param>
public sealed record DeviceMemory(string Name, DeviceKind Kind)
{
    /// <summary>Weights in allocated memory: read, repacked or uploaded.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Weights used directly from the mapped file.</summary>
    public long MappedWeightBytes { get; init; }

    /// <summary>KV cache and recurrent state, including per-cell bookkeeping.</summary>
    public long CacheBytes { get; init; }

    /// <summary>Compute and output buffers.</summary>
    public long ComputeBytes { get; init; }

    /// <summary>Free memory when the plan was made.</summary>
    public long FreeBytes { get; init; }

    /// <summary>The sum of weights, mapped weights, cache and compute buffers.</summary>
    public long NeededBytes => WeightBytes + MappedWeightBytes + CacheBytes + ComputeBytes;

    internal bool IsHost => Kind == DeviceKind.Cpu;

    internal bool SharesHostMemory => Kind == DeviceKind.IntegratedGpu;
}
