namespace LlamaNative.Merging.Tokenizers;

/// <summary>A token of the output.</summary>
/// <param name="Text">Its text, with one char per byte.</param>
/// <param name="Score">Its score.</param>
/// <param name="Type">Its type.</param>
internal readonly record struct OutputToken(string Text, float Score, int Type);

/// <summary>The output's vocabulary, and the position of its tokens in each model.</summary>
internal sealed class VocabularyPlan
{
    public required IReadOnlyList<OutputToken> Tokens { get; init; }

    /// <summary>Number of padding tokens at the end.</summary>
    public required int Padding { get; init; }

    /// <summary>By model index: the row of each output token, or -1.</summary>
    public required IReadOnlyDictionary<int, int[]> Permutations { get; init; }

    /// <summary>Explicit row origins, by output token.</summary>
    public required IReadOnlyDictionary<int, (RowOrigin Origin, bool Force)> Chosen { get; init; }

    /// <summary>The row map of a model for a tensor.</summary>
    /// <param name="model">The model's index.</param>
    /// <param name="models">The models that are inputs of the tensor, in order.</param>
    /// <param name="baseModel">The base model, the first source of missing rows; null for none.</param>
    public RowMap MapFor(int model, IReadOnlyList<int> models, int? baseModel)
    {
        var rows = new RowOrigin[Tokens.Count];
        for (int token = 0; token < rows.Length; token++)
        {
            int own = Permutations[model][token];
            bool chosen = Chosen.TryGetValue(token, out (RowOrigin Origin, bool Force) by);
            rows[token] = token >= rows.Length - Padding ? RowOrigin.MeanOfAll
                : own >= 0 && !(chosen && by.Force) ? RowOrigin.OfOwn(own)
                : chosen ? by.Origin
                : Default(token, models, baseModel);
        }

        return new RowMap(rows);
    }

    private RowOrigin Default(int token, IReadOnlyList<int> models, int? baseModel)
    {
        if (baseModel is { } number && Permutations[number][token] is >= 0 and int row)
        {
            return RowOrigin.Of([(number, row)]);
        }

        (int Model, int Row)[] owners = [.. models.Select(model => (model, Permutations[model][token])).Where(owner => owner.Item2 >= 0)];
        return owners.Length == 0 ? RowOrigin.Zero : RowOrigin.Of(owners);
    }
}
