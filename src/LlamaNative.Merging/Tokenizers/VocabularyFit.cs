using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;
using LlamaNative.Merging.Recipe;

namespace LlamaNative.Merging.Tokenizers;

/// <summary>Brings matrices with one row per token to the same height and order.</summary>
internal sealed class VocabularyFit(IReadOnlyList<(MergeModel Model, GgufTensorInfo Tensor)> inputs,
    MergeModel? baseModel, MethodTraits method)
{
    /// <summary>By row index, regardless of tokens: the rows that all models have, or the base's rows.</summary>
    public (long Rows, IReadOnlyList<RowMap?> Maps) ByNumber(string name)
    {
        if (!method.KeepsBaseVocabulary)
        {
            return (inputs.Min(input => input.Tensor.Shape[1]), new RowMap?[inputs.Count]);
        }

        long rows = inputs[0].Tensor.Shape[1];
        (MergeModel? small, GgufTensorInfo? tensor) = inputs.FirstOrDefault(input => input.Tensor.Shape[1] < rows);
        return small is null
            ? (rows, new RowMap?[inputs.Count])
            : throw new MergeException(
                $"the vocabulary has {tensor.Shape[1]} tokens, fewer than the {rows} of the base model {inputs[0].Model.Path}",
                small.Path, name);
    }

    /// <summary>The first model's rows; rows that the others lack come from it.</summary>
    public (long Rows, IReadOnlyList<RowMap?> Maps) ByFirst()
    {
        long rows = inputs[0].Tensor.Shape[1];
        return (rows,
            [.. inputs.Select((input, i) =>
                input.Tensor.Shape[1] >= rows ? null : new RowMap([.. Enumerable.Range(0, (int)rows).Select(row => Own(input, row))]))]);

        RowOrigin Own((MergeModel Model, GgufTensorInfo Tensor) input, int row) =>
            row < input.Tensor.Shape[1] ? RowOrigin.OfOwn(row) : RowOrigin.Of([(inputs[0].Model.Index, row)]);
    }

    /// <summary>By token, in output vocabulary order.</summary>
    public (long Rows, IReadOnlyList<RowMap?> Maps) ByToken(VocabularyPlan vocabulary, string name)
    {
        int[] models = [.. inputs.Select(input => input.Model.Index)];
        int? origin = baseModel is not null && models.Contains(baseModel.Index) ? baseModel.Index : null;
        var maps = new List<RowMap?>();
        foreach ((MergeModel model, GgufTensorInfo tensor) in inputs)
        {
            RowMap map = vocabulary.MapFor(model.Index, models, origin);
            if (map.Rows.Any(row => row.Own >= tensor.Shape[1]))
            {
                throw new MergeException($"the matrix has {tensor.Shape[1]} rows, but the vocabulary has more tokens", model.Path, name);
            }

            if (map.Models.FirstOrDefault(other => !models.Contains(other), -1) is >= 0 and int missing)
            {
                throw new MergeException($"an embedding should come from model {missing}, which is not an input of this tensor",
                    model.Path, name);
            }

            maps.Add(map.IsIdentity(tensor.Shape[1]) ? null : map);
        }

        return (vocabulary.Tokens.Count, maps);
    }
}
