using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;

namespace LlamaNative.Merging.Planning;

/// <summary>The RoPE base frequency that the recipe or the caller chooses for models that differ in it.</summary>
internal static class RopeFrequency
{
    /// <summary>The chosen value; null if nothing is chosen.</summary>
    /// <exception cref="MergeException">The choice is neither a positive number nor one of the merged models.</exception>
    public static float? Choose(MergeRecipe recipe, MergeOptions options, ModelSet models, MergeModel reference,
        IReadOnlyList<MergeModel> merged)
    {
        if ((options.RopeFreqBase ?? recipe.RopeFreqBase) is not { } wanted)
        {
            return null;
        }

        int? line = options.RopeFreqBase is null ? recipe.RopeFreqBaseLine : null;
        if (RopeFrequencyOption.IsNumber(wanted, out float number))
        {
            return RopeFrequencyOption.IsValid(number)
                ? number
                : throw new MergeException($"rope_freq_base must be {RopeFrequencyOption.Expected}, not {wanted}", recipe.File, line: line);
        }

        MergeModel model = wanted == "base" ? reference : models.Get(wanted, line);
        if (!merged.Contains(model) && model != reference)
        {
            throw new MergeException($"rope_freq_base names '{wanted}', which is not one of the merged models", recipe.File, line: line);
        }

        try
        {
            return model.FindOwn(ModelSet.RopeFrequencyKey)?.GetSingle() ?? 10000;
        }
        catch (GgufFormatException error)
        {
            throw new MergeException(error.Message, model.Path, innerException: error);
        }
    }
}
