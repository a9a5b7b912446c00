using LlamaNative.Merging.Inputs;

namespace LlamaNative.Merging.Planning;

/// <summary>A slice with opened models and validated layers.</summary>
internal sealed record PlannedSlice(IReadOnlyList<PlannedSource> Sources, MergeModel? Base,
    IReadOnlyDictionary<string, ParameterSetting> Parameters, int LayerCount);

/// <summary>A source of a slice; <paramref name="Start"/> is its first layer.</summary>
internal sealed record PlannedSource(MergeModel Model, int Start, IReadOnlyDictionary<string, ParameterSetting> Parameters, int? Line);
