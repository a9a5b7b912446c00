using LlamaNative.Merging.Inputs;
using LlamaNative.Merging.Recipe;

namespace LlamaNative.Merging.Planning;

/// <summary>Converts a recipe's models or slices to slices of opened models.</summary>
internal sealed class SlicePlanner(MergeRecipe recipe, MethodTraits method, ModelSet models)
{
    private const int MaxLayers = 4096;

    public List<PlannedSlice> Plan()
    {
        if (recipe.Models.Count > 0 == recipe.Slices.Count > 0)
        {
            throw new MergeException("a recipe must have either models or slices", recipe.File);
        }

        List<PlannedSlice> slices = recipe.Models.Count > 0
            ? [Plan(new MergeSlice { Sources = recipe.Models })]
            : [.. recipe.Slices.Select(Plan)];
        int layers = slices.Sum(slice => slice.LayerCount);
        return layers is > 0 and <= MaxLayers
            ? slices
            : throw new MergeException($"the output would have {layers} layers; it must have 1 to {MaxLayers}", recipe.File);
    }

    private PlannedSlice Plan(MergeSlice slice)
    {
        string? baseName = slice.BaseModel ?? recipe.BaseModel;
        var sources = slice.Sources.Select(Plan).ToList();
        if (sources.Count == 0)
        {
            throw new MergeException("a slice has no sources", recipe.File, line: slice.Line);
        }

        MergeModel? baseModel = baseName is null ? null : models.Get(baseName, slice.Line);
        if (baseModel is not null && method.TakesUnlistedBase && sources.TrueForAll(source => source.Source.Model != baseModel))
        {
            sources.Add((new PlannedSource(baseModel, StartOfBase(sources, slice), MergeRecipe.NoParameters, slice.Line),
                BaseCount(sources, baseModel)));
        }

        if (method.TakesBaseApart && sources.FindIndex(source => source.Source.Model == baseModel) is >= 0 and int place)
        {
            // Deltas are relative to a single base; listing it again adds nothing.
            sources = [.. sources.Where((source, i) => i == place || source.Source.Model != baseModel)];
        }

        int count = sources[0].Count;
        (PlannedSource? odd, int oddCount) = sources.Find(source => source.Count != count);
        if (odd is not null)
        {
            throw new MergeException(
                $"{odd.Model.Path} has {oddCount} layers in a slice, but {sources[0].Source.Model.Path} has {count}; all sources of a "
                + $"slice must have the same number of layers",
                recipe.File,
                line: odd.Line ?? slice.Line);
        }

        if (method.NeedsBase && baseModel is null)
        {
            throw new MergeException($"{method.Name} needs a base_model", recipe.File, line: slice.Line);
        }

        CheckCount(sources, baseModel, slice);
        return new PlannedSlice([.. sources.Select(source => source.Source)], baseModel, slice.Parameters, count);
    }

    private (PlannedSource Source, int Count) Plan(MergeSource source)
    {
        MergeModel model = models.Get(source.Model, source.Line);
        int end = source.End ?? model.BlockCount;

        // A range without layers chooses a model for the tensors before or after the layers, if its slice is the first or the last.
        bool isValid = 0 <= source.Start && end <= model.BlockCount
            && (source.Start < end || (source.Start == source.End && recipe.Slices.Count > 1));
        return isValid
            ? (new PlannedSource(model, source.Start, source.Parameters, source.Line), end - source.Start)
            : throw new MergeException($"layers {source.Start} to {end} of {model.Path} are out of range; it has {model.BlockCount} layers",
                recipe.File, line: source.Line);
    }

    /// <summary>An unlisted base is used with the layers that all sources have in common.</summary>
    private int StartOfBase(List<(PlannedSource Source, int Count)> sources, MergeSlice slice)
    {
        int start = sources[0].Source.Start;
        return sources.TrueForAll(source => source.Source.Start == start)
            ? start
            : throw new MergeException(
                "the base_model is not listed in a slice whose sources use different layers; list it with the layers to use",
                recipe.File, line: slice.Line);
    }

    private int BaseCount(List<(PlannedSource Source, int Count)> sources, MergeModel baseModel)
    {
        if (recipe.Models.Count > 0)
        {
            return baseModel.BlockCount;
        }

        int end = sources[0].Source.Start + sources[0].Count;
        return end <= baseModel.BlockCount
            ? sources[0].Count
            : throw new MergeException(
                $"layers up to {end} are out of range; the base model has {baseModel.BlockCount} layers", baseModel.Path);
    }

    private void CheckCount(List<(PlannedSource Source, int Count)> sources, MergeModel? baseModel, MergeSlice slice)
    {
        int others = sources.Count(source => source.Source.Model != baseModel);
        string? problem = method.Method switch
        {
            MergeMethod.Slerp when sources.Count != 2 => $"slerp needs exactly two models, not {sources.Count}",
            MergeMethod.NuSlerp when others != 2 => baseModel is not null && sources.Count == 2
                ? "nuslerp needs exactly two models besides the base_model, which cannot be one of them"
                : $"nuslerp needs exactly two models besides the base, not {others}",
            MergeMethod.Passthrough when sources.Count != 1 =>
                $"passthrough needs exactly one model per slice, not {sources.Count}",
            MergeMethod.ModelStock when others < 2 => $"model_stock needs at least two models besides the base, not {others}",
            MergeMethod.ArceeFusion or MergeMethod.NearSwap when others != 1 =>
                $"{method.Name} needs exactly one model besides the base, not {others}",
            _ when (method.TaskVector || method.Method == MergeMethod.MultiSlerp) && others == 0 =>
                $"{method.Name} needs at least one model besides the base",
            _ => null,
        };
        if (problem is not null)
        {
            throw new MergeException(problem, recipe.File, line: slice.Line ?? sources[0].Source.Line);
        }
    }
}
