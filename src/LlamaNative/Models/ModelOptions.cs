using LlamaNative.Models;
using Microsoft.Extensions.Logging;

namespace LlamaNative;

/// <summary>How a model is loaded; the names are llama.cpp's, the defaults are those of <c>llama_model_default_params</c>.</summary>
public sealed record ModelOptions
{
    /// <summary>How the weights come into memory; mapped from the file by default.</summary>
    public ModelLoadMode LoadMode { get; init; } = ModelLoadMode.MemoryMap;

    /// <summary>Loads the vocabulary and the metadata but no weights; such a model tokenizes and cannot generate.</summary>
    public bool VocabularyOnly { get; init; }

    /// <summary>
    /// Layers to keep in GPU memory. Null offloads all of them when there is a GPU and uses the CPU when there is
    /// none. A number above 0 demands a GPU: without one, loading throws instead of falling back silently.
    /// </summary>
    public int? GpuLayers { get; init; }

    /// <summary>How the model is divided over several GPUs.</summary>
    public GpuSplitMode SplitMode { get; init; } = GpuSplitMode.Layer;

    /// <summary>
    /// The GPU that takes the whole model when <see cref="SplitMode"/> is <see cref="GpuSplitMode.None"/>; counted from 0.
    /// </summary>
    public int MainGpu { get; init; }

    /// <summary>The share of the model for each GPU, in their order; only the proportions matter. Empty divides by free memory.</summary>
    public IReadOnlyList<float> TensorSplit { get; init; } = [];

    /// <summary>Tensors to put on other devices than their layer's; the first pattern that finds a tensor's name counts.</summary>
    public IReadOnlyList<TensorPlacement> TensorPlacements { get; init; } = [];

    /// <summary>Metadata values that replace those of the file, by key (at most 127 bytes of UTF-8).</summary>
    public IReadOnlyDictionary<string, MetadataOverride> MetadataOverrides { get; init; } = new Dictionary<string, MetadataOverride>();

    /// <summary>Reads every tensor once while loading and refuses invalid numbers (NaN, infinity).</summary>
    public bool CheckTensors { get; init; }

    /// <summary>Lets ggml repack weights into layouts that compute faster on this CPU.</summary>
    public bool UseExtraBufferTypes { get; init; } = true;

    /// <summary>
    /// Receives what llama.cpp logs during calls for this model, its contexts and adapters, one entry per line. Null uses
    /// <see cref="LlamaRuntimeOptions.Logger"/>, which also gets what the threads that llama.cpp starts log.
    /// </summary>
    public ILogger? Logger { get; init; }

    internal void Validate()
    {
        OptionCheck.Defined(LoadMode);
        OptionCheck.AtLeast(GpuLayers, 0);
        OptionCheck.Defined(SplitMode);
        OptionCheck.AtLeast(MainGpu, 0);
        foreach (float share in TensorSplit)
        {
            OptionCheck.InRange(share, 0, float.MaxValue, nameof(TensorSplit));
        }

        OptionCheck.NoneNull(TensorPlacements);
        MetadataOverride.Validate(MetadataOverrides);
    }
}
