using LlamaNative.Interop;

namespace LlamaNative.Models;

/// <summary>Reads the placement of a model from the log of its load.</summary>
internal static class PlacementReport
{
    /// <exception cref="LlamaException">llama.cpp did not log a line that the pinned release logs.</exception>
    public static ModelPlacement Read(IReadOnlyList<string> log, ModelOptions options)
    {
        if (options.VocabularyOnly)
        {
            return new ModelPlacement([], 0, 0);
        }

        var placement = new PlacementLog(log, canOffload: LlamaSystem.llama_supports_gpu_offload());
        return new ModelPlacement(
            [.. placement.Buffers.Select(buffer => new WeightBuffer(buffer.Name, (long)(buffer.Mebibytes * (1 << 20))))],
            placement.OffloadedLayers,
            placement.Layers);
    }
}
