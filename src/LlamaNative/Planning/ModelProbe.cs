using LlamaNative.Contexts;
using LlamaNative.Gguf;
using LlamaNative.Interop;

namespace LlamaNative.Planning;

/// <summary>A model loaded without weights; contexts are created from it to measure their memory use.</summary>
internal sealed class ModelProbe : IDisposable
{
    private readonly LlamaModel _model;
    private readonly WeightLayout _weights;
    private readonly IReadOnlyList<DeviceInfo> _devices;

    public ModelProbe(string path, ModelOptions options, CancellationToken cancellationToken)
    {
        if (options.VocabularyOnly)
        {
            throw new ModelLoadException(path, "ModelOptions.VocabularyOnly loads no weights, so there is nothing to plan.");
        }

        _model = LlamaModel.LoadWithoutWeights(path, options, out IReadOnlyList<string> log, cancellationToken);
        try
        {
            _devices = LlamaRuntime.GetDevices();
            using GgufFile file = GgufFile.Open(path);
            _weights = new WeightLayout(file, options, log, _model.LayerCount, _devices);
        }
        catch
        {
            _model.Dispose();
            throw;
        }
    }

    public int TrainedContext => _model.ContextLength;

    public bool HasGpu => _devices.Any(device => device.IsGpu);

    /// <summary>The repeating layers plus the output layer.</summary>
    public int OffloadableLayers => _weights.LayerCount;

    public void Dispose() => _model.Dispose();

    /// <exception cref="ContextCreationException">The options do not suit the model, or the per-cell bookkeeping alone would
    /// fill the memory.</exception>
    public unsafe MemoryPlan Measure(ContextOptions options)
    {
        llama_context_params parameters = ContextParameters.CreateUnmeasured(_model, options);
        long notes = CacheSize.Cells((int)parameters.n_ctx, options) * CacheSize.BytesPerCell;
        if (notes > HostMemory.Available / 2)
        {
            // llama.cpp allocates the cell table even in no-alloc mode.
            throw new ContextCreationException(
                $"A context of {parameters.n_ctx} tokens takes {notes >> 20} MiB for its cell table alone, more than half of the "
                + $"free memory. Lower ContextOptions.ContextSize.");
        }

        using NativeLog.Scope scope = NativeLog.To(_model.Options.Logger);
        NativeLog.Clear();
        using NativeLog.Recording log = NativeLog.Record();
        (int contextSize, bool hasMemory) = (0, false);
        lock (_model.Handle.AdapterGate)
        {
            nint native = ReleaseProfile.Loaded.CreateContext(_model.Handle, parameters);
            if (native == 0)
            {
                throw new ContextCreationException("llama.cpp could not create the context in no-alloc mode." + NativeLog.Tail());
            }

            using var context = new LlamaContextHandle(native, _model.Handle);
            contextSize = (int)LlamaContexts.llama_n_ctx(context);
            hasMemory = LlamaContexts.llama_get_memory(context) != 0;
        }

        var need = new ContextReport(new ContextLog(log.Lines, hasMemory));
        return new MemoryPlan(_model.Path, _model.Options, options, contextSize, _weights.Placement,
            [.. _devices.Where(IsUsed).OrderBy(IsHost).Select(Plan)]);

        DeviceMemory Plan(DeviceInfo device) => new(device.Name, device.Kind)
        {
            WeightBytes = _weights.Allocated(device),
            MappedWeightBytes = IsHost(device) ? _weights.Mapped : 0,
            CacheBytes = need.Cache(device, _devices) + (IsHost(device) ? notes : 0),
            ComputeBytes = need.Compute(device, _devices),
            FreeBytes = device.FreeBytes,
        };
    }

    private static bool IsHost(DeviceInfo device) => device.Kind == DeviceKind.Cpu;

    private static bool IsUsed(DeviceInfo device) => IsHost(device) || device.IsGpu;
}
