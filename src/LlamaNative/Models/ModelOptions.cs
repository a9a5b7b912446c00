using LlamaNative.Models;
using Microsoft.Extensions.Logging;

namespace LlamaNative;

/// <summary>Options for loading a model. Names follow llama.cpp; defaults match <c>llama_model_default_params</c>.</summary>
public sealed record ModelOptions
{
    /// <summary>How the weights are loaded into memory. Memory-mapped by default.</summary>
    public ModelLoadMode LoadMode { get; init; } = ModelLoadMode.MemoryMap;

    /// <summary>Loads only the vocabulary and the metadata. Such a model can tokenize but not generate.</summary>
    public bool VocabularyOnly { get; init; }

    /// <summary>
    /// The number of layers to offload to the GPU. Null offloads all layers if there is a GPU and uses the CPU otherwise. A value above 0
    /// requires a GPU: without one, loading throws instead of falling back to the CPU.
    /// </summary>
    public int? GpuLayers { get; init; }

    /// <summary>How the model is split over several GPUs.</summary>
    public GpuSplitMode SplitMode { get; init; } = GpuSplitMode.Layer;

    /// <summary>
    /// The index of the GPU that has the whole model if <see cref="SplitMode"/> is <see cref="GpuSplitMode.None"/>, from 0.
    /// </summary>
    public int MainGpu { get; init; }

    /// <summary>The proportion of the model for each GPU, in order. If empty, the model is split by free memory.</summary>
    public IReadOnlyList<float> TensorSplit { get; init; } = [];

    /// <summary>
    /// Tensors to place on devices other than that of their layer. The first pattern that matches a tensor's name applies.
    /// </summary>
    public IReadOnlyList<TensorPlacement> TensorPlacements { get; init; } = [];

    /// <summary>Metadata values that replace the file's, by key (at most 127 bytes of UTF-8).</summary>
    public IReadOnlyDictionary<string, MetadataOverride> MetadataOverrides { get; init; } = new Dictionary<string, MetadataOverride>();

    /// <summary>Validates the values of all tensors while loading and rejects NaN and infinity.</summary>
    public bool CheckTensors { get; init; }

    /// <summary>Allows ggml to repack weights into layouts that are faster on this CPU.</summary>
    public bool UseExtraBufferTypes { get; init; } = true;

    /// <summary>
    /// Receives llama.cpp's log of calls for this model, its contexts and adapters, one entry per line. If null,
    /// <see cref="LlamaRuntimeOptions.Logger"/> is used, which also receives the log of threads started by llama.cpp.
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
