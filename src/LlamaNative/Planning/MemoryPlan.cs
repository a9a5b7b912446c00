using LlamaNative.Contexts;
using LlamaNative.Models;

namespace LlamaNative.Planning;

/// <summary>
/// What a model and a context made from it will take, told before any of it is allocated. It comes from the file's
/// directory and from llama.cpp itself, which goes through loading and reserving without taking memory (its no-alloc mode).
/// </summary>
/// <remarks>
/// Not counted are the process's own code and heap, and drivers. Memory maps count as taken: a model runs well only while
/// its pages stay, though the system may drop and read them again.
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

    /// <summary>How to load the model, with the layers that <see cref="Fit"/> chose.</summary>
    public ModelOptions ModelOptions { get; }

    /// <summary>How to make the context, with the size that <see cref="Fit"/> chose.</summary>
    public ContextOptions ContextOptions { get; }

    /// <summary>Tokens the context will hold, rounded as llama.cpp rounds them.</summary>
    public int ContextSize { get; }

    /// <summary>The buffers that will hold the weights, as <see cref="LlamaModel.Placement"/> reports them after loading.</summary>
    public ModelPlacement Placement { get; }

    /// <summary>What each memory has to give: the GPUs, and last the host.</summary>
    public IReadOnlyList<DeviceMemory> Devices { get; }

    /// <summary>The host's part.</summary>
    public DeviceMemory Host => Devices[^1];

    /// <summary>Bytes of all memories together.</summary>
    public long NeededBytes => Devices.Sum(device => device.NeededBytes);

    /// <summary>Whether every memory has what is asked of it, nothing kept back.</summary>
    public bool Fits => Shortage(new MemoryFitOptions { ReserveBytes = 0 }) is null;

    /// <summary>Estimates a model and context as the options say; what is null there is as loading would have it.</summary>
    /// <param name="path">The model file; of a split file, its first part.</param>
    /// <param name="modelOptions">How it would be loaded; null for the defaults.</param>
    /// <param name="contextOptions">The context; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="ArgumentException">An option is bad; the exception names it.</exception>
    /// <exception cref="ModelLoadException">The file is missing, invalid, or no model llama.cpp can run.</exception>
    /// <exception cref="ContextCreationException">The context's options do not go with the model.</exception>
    public static MemoryPlan Estimate(
        string path, ModelOptions? modelOptions = null, ContextOptions? contextOptions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var probe = new ModelProbe(path, modelOptions ?? new ModelOptions(), cancellationToken);
        return probe.Measure(contextOptions ?? new ContextOptions());
    }

    /// <summary>
    /// Chooses what is left open so that it fits what is free now: <see cref="ContextOptions.ContextSize"/> and
    /// <see cref="ModelOptions.GpuLayers"/> where they are null. As much context as there is room for, all layers on
    /// the GPUs if they can be there with the smallest context, and else as many as can.
    /// </summary>
    /// <param name="path">The model file; of a split file, its first part.</param>
    /// <param name="modelOptions">How to load it; a number of layers stays as it is.</param>
    /// <param name="contextOptions">The context; a size stays as it is, 0 being the trained length.</param>
    /// <param name="fitOptions">The limits of the search; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <returns>A plan whose options can be loaded with.</returns>
    /// <exception cref="ArgumentException">An option is bad; the exception names it.</exception>
    /// <exception cref="ModelTooLargeException">Not even the least that the options allow fits.</exception>
    /// <exception cref="ModelLoadException">The file is missing, invalid, or no model llama.cpp can run.</exception>
    /// <exception cref="ContextCreationException">The context's options do not go with the model.</exception>
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

    /// <summary><see cref="Estimate"/> on a pool thread.</summary>
    public static Task<MemoryPlan> EstimateAsync(
        string path, ModelOptions? modelOptions = null, ContextOptions? contextOptions = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Estimate(path, modelOptions, contextOptions, cancellationToken), cancellationToken);

    /// <summary><see cref="Fit"/> on a pool thread.</summary>
    public static Task<MemoryPlan> FitAsync(
        string path,
        ModelOptions? modelOptions = null,
        ContextOptions? contextOptions = null,
        MemoryFitOptions? fitOptions = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Fit(path, modelOptions, contextOptions, fitOptions, cancellationToken), cancellationToken);

    /// <summary>The first memory that lacks something, or null.</summary>
    internal DeviceMemory? Shortage(MemoryFitOptions options)
    {
        // A GPU without memory of its own takes from the host's, so the host has to give for both.
        long shared = Devices.Where(device => device.SharesHostMemory).Sum(device => device.NeededBytes);
        return Devices.FirstOrDefault(device =>
            device.NeededBytes + (device.IsHost ? shared : 0) > options.RoomOf(device));
    }
}

/// <summary>What a plan takes of one memory, in bytes.</summary>
/// <param name="Name">The device's name; see <see cref="LlamaRuntime.GetDevices"/>.</param>
/// <param name="Kind">Whose memory it is.</param>
public sealed record DeviceMemory(string Name, DeviceKind Kind)
{
    /// <summary>Weights in memory of their own: read, repacked or uploaded.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Weights that stay in the mapped file and are read from there.</summary>
    public long MappedWeightBytes { get; init; }

    /// <summary>The KV cache and recurrent states, with what is noted of each cell.</summary>
    public long CacheBytes { get; init; }

    /// <summary>The buffers that graphs are computed in, and those of the outputs.</summary>
    public long ComputeBytes { get; init; }

    /// <summary>Bytes free when the plan was made.</summary>
    public long FreeBytes { get; init; }

    /// <summary>Everything together.</summary>
    public long NeededBytes => WeightBytes + MappedWeightBytes + CacheBytes + ComputeBytes;

    internal bool IsHost => Kind == DeviceKind.Cpu;

    internal bool SharesHostMemory => Kind == DeviceKind.IntegratedGpu;
}
