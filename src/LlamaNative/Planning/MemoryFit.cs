using LlamaNative.Contexts;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative.Planning;

/// <summary>
/// The search of <see cref="MemoryPlan.Fit"/>. Memory use grows monotonically with the context size, and GPU memory use with
/// the number of offloaded layers, so both are found by binary search.
/// </summary>
internal sealed class MemoryFit(
    string path, ModelOptions modelOptions, ContextOptions contextOptions, MemoryFitOptions fitOptions, CancellationToken cancellationToken)
{
    private const int Step = SourceConstants.ContextPadding;

    public MemoryPlan Run()
    {
        fitOptions.Validate();
        MemoryPlan least;
        int layers;
        using (var probe = new ModelProbe(path, modelOptions, cancellationToken))
        {
            if (LargestContext(probe, out least) is { } plan)
            {
                return plan;
            }

            if (modelOptions.GpuLayers is not null || !probe.HasGpu)
            {
                throw TooLarge(least);
            }

            layers = probe.OffloadableLayers;
        }

        return MostLayers(layers) ?? throw TooLarge(least);
    }

    /// <summary>
    /// Offloads the most layers that leave space for the smallest context, then uses the largest context that fits.
    /// </summary>
    private MemoryPlan? MostLayers(int layers)
    {
        MemoryPlan? best = null;
        (int low, int high) = (0, layers - 1);
        while (low <= high)
        {
            int middle = (low + high) / 2;
            using var probe = new ModelProbe(path, modelOptions with { GpuLayers = middle }, cancellationToken);
            if (LargestContext(probe, out _) is { } plan)
            {
                best = plan;
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return best;
    }

    private MemoryPlan? LargestContext(ModelProbe probe, out MemoryPlan least)
    {
        if (contextOptions.ContextSize is not null)
        {
            least = probe.Measure(contextOptions);
            return Fits(least) ? least : null;
        }

        // Without a unified cache every sequence has its own share, which llama.cpp rounds up separately.
        int streams = contextOptions.UnifiedCache ? 1 : contextOptions.MaxSequences;
        long unit = (long)Step * streams;
        int most = Math.Min(fitOptions.MaxContextSize ?? int.MaxValue, Math.Max(probe.TrainedContext, 1));
        int fewest = Math.Min(fitOptions.MinContextSize, most);
        least = Measure(probe, fewest);
        if (!Fits(least))
        {
            return null;
        }

        MemoryPlan best = Measure(probe, most);
        if (Fits(best))
        {
            return best;
        }

        best = least;
        (long low, long high) = ((fewest / unit) + 1, most / unit);
        while (low <= high)
        {
            long middle = (low + high) / 2;
            MemoryPlan plan = Measure(probe, (int)(middle * unit));
            if (Fits(plan))
            {
                best = plan;
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return best;
    }

    private MemoryPlan Measure(ModelProbe probe, int contextSize)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return probe.Measure(contextOptions with { ContextSize = contextSize });
    }

    private bool Fits(MemoryPlan plan) => plan.Shortage(fitOptions) is null;

    private ModelTooLargeException TooLarge(MemoryPlan least)
    {
        DeviceMemory device = least.Shortage(fitOptions)!;
        return new ModelTooLargeException(least, device, Math.Max(0, fitOptions.RoomOf(device)));
    }
}
