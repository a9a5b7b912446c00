using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;
using LlamaNative.Merging.Recipe;
using LlamaNative.Merging.Tokenizers;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>Opens the models of a recipe and plans the output without reading tensor data.</summary>
internal sealed class MergePlanner(MergeRecipe recipe, MergeOptions options)
{
    private readonly List<string> _warnings = [.. recipe.Warnings];

    public MergePlan Plan()
    {
        var models = new ModelSet(recipe, options);
        try
        {
            return Plan(models);
        }
        catch (GgufFormatException error)
        {
            models.Dispose();
            throw new MergeException(error.Message, error.Path, innerException: error);
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    private MergePlan Plan(ModelSet models)
    {
        List<PlannedSlice> slices = new SlicePlanner(recipe, MethodTraits.Of(recipe.Method), models).Plan();
        MergeModel[] merged =
        [
            .. slices.SelectMany(slice => slice.Sources).Select(source => source.Model)
                .Concat(new[] { recipe.EmbeddingSource, recipe.OutputSource }.OfType<string>().Select(name => models.Get(name, line: null)))
                .Distinct(),
        ];
        MergeModel first = slices[0].Sources[0].Model;
        MergeModel reference = recipe.EmbeddingSource is { } name ? models.Get(name, line: null)
            : recipe.BaseModel is { } baseName ? models.Get(baseName, line: null)
            : first;
        float? ropeFrequency = RopeFrequency.Choose(recipe, options, models, reference, merged);
        ModelSet.CheckAgreement(reference, merged, ropeFrequency, _warnings);

        (VocabularyPlan? vocabulary, MergeModel tokenizer) = recipe.Tokenizer is { } wanted
            ? new VocabularyPlanner(wanted, recipe.File, models, _warnings).Plan(reference, merged)
            : (null, reference);
        if (vocabulary is null)
        {
            VocabularyCheck.Compare(reference, merged, _warnings);
        }

        (GgmlType? type, ModelFileType? quantization) = OutputTypeOption.Parse(options.OutputType);
        type ??= quantization is null ? recipe.OutputType : null;
        var types = new OutputTypes(type, quantization is not null, recipe.Method, reference);
        var planner = new TensorPlanner(recipe, options, models, slices, types, vocabulary);
        List<TensorPlan> tensors = planner.Plan();
        if (planner.VocabularySize < 0)
        {
            throw new MergeException($"no model has '{TensorNames.TokenEmbedding}'", reference.Path);
        }

        OrderedDictionary<string, GgufValue> metadata =
            new MetadataPlanner(recipe, options, reference, slices).Plan(vocabulary, tokenizer, planner.VocabularySize,
                types.Matrices, merged, _warnings);
        if (ropeFrequency is { } frequency)
        {
            metadata[$"{reference.Architecture}.{ModelSet.RopeFrequencyKey}"] = GgufValue.Of(frequency);
        }

        if (quantization is { } fileType)
        {
            tensors = QuantizationTypes.Apply(fileType, tensors, metadata);
        }

        return new MergePlan(recipe, options, models, tensors, metadata, _warnings);
    }
}
