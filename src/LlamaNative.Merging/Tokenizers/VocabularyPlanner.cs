using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;

namespace LlamaNative.Merging.Tokenizers;

/// <summary>Builds the output's vocabulary: one model's, or the union of all, plus added tokens and padding.</summary>
internal sealed class VocabularyPlanner(TokenizerRecipe recipe, string? file, ModelSet models, List<string> warnings)
{
    private readonly Dictionary<int, ModelVocabulary> _vocabularies = [];

    /// <param name="reference">The base model, or the first model.</param>
    /// <param name="merged">The models to merge.</param>
    /// <returns>The vocabulary, and the model whose tokenizer the output uses.</returns>
    public (VocabularyPlan? Plan, MergeModel Tokenizer) Plan(MergeModel reference, IReadOnlyList<MergeModel> merged)
    {
        MergeModel source = recipe.Source is "base" or "union" ? reference : models.Get(recipe.Source, recipe.Line);
        foreach (MergeModel model in merged.Append(source).Append(reference))
        {
            _vocabularies.TryAdd(model.Index, ModelVocabulary.Of(model));
        }

        foreach (MergeModel model in merged)
        {
            RequireSameKind(model, source);
        }

        List<OutputToken> tokens = [.. Enumerable.Range(0, _vocabularies[source.Index].Count).Select(OfModel(source))];
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
        {
            ids.TryAdd(tokens[id].Text, id);
        }

        if (recipe.Source == "union")
        {
            foreach (MergeModel model in merged)
            {
                Append(Enumerable.Range(0, _vocabularies[model.Index].Count).Select(id => OfModel(model)(id) with { Score = 0 }),
                    tokens, ids);
            }
        }

        Append(recipe.Tokens.Keys.Select(NewToken), tokens, ids);
        Dictionary<int, (RowOrigin Origin, bool Force)> chosen = Choose(ids, merged);
        int padding = Pad(tokens);
        var plan = new VocabularyPlan
        {
            Tokens = tokens,
            Padding = padding,
            Chosen = chosen,
            Permutations = merged.Append(reference).Distinct().ToDictionary(model => model.Index,
                model => Permutation(model, model == source, tokens, tokens.Count - padding)),
        };
        return (plan, source);
    }

    private static void Append(IEnumerable<OutputToken> more, List<OutputToken> tokens, Dictionary<string, int> ids)
    {
        foreach (OutputToken token in more)
        {
            if (ids.TryAdd(token.Text, tokens.Count))
            {
                tokens.Add(token);
            }
        }
    }

    private Func<int, OutputToken> OfModel(MergeModel model)
    {
        ModelVocabulary vocabulary = _vocabularies[model.Index];
        return id => new OutputToken(vocabulary.Texts[id], vocabulary.Scores?[id] ?? 0, vocabulary.Types?[id] ?? ModelVocabulary.Normal);
    }

    /// <summary>Creates a token named in the recipe, with its type in a model that has it, or as user-defined text.</summary>
    private OutputToken NewToken(string name)
    {
        string text = ModelVocabulary.Encode(name);
        ModelVocabulary? owner = _vocabularies.Values.FirstOrDefault(vocabulary => vocabulary.Find(text) >= 0);
        return new OutputToken(text, 0, owner?.Types?[owner.Find(text)] ?? ModelVocabulary.UserDefined);
    }

    private int Pad(List<OutputToken> tokens)
    {
        int multiple = recipe.PadToMultipleOf ?? 1;
        int padding = (multiple - (tokens.Count % multiple)) % multiple;
        for (int i = 0; i < padding; i++)
        {
            tokens.Add(new OutputToken($"[PAD{tokens.Count}]", 0, ModelVocabulary.Unused));
        }

        return padding;
    }

    private int[] Permutation(MergeModel model, bool isSource, List<OutputToken> tokens, int count)
    {
        // The source's vocabulary may have a text twice; both rows are its own.
        ModelVocabulary vocabulary = _vocabularies[model.Index];
        var rows = new int[tokens.Count];
        Array.Fill(rows, -1);
        for (int token = 0; token < count; token++)
        {
            rows[token] = isSource && token < vocabulary.Count ? token : vocabulary.Find(tokens[token].Text);
        }

        return rows;
    }

    private Dictionary<int, (RowOrigin Origin, bool Force)> Choose(Dictionary<string, int> ids, IReadOnlyList<MergeModel> merged)
    {
        var chosen = new Dictionary<int, (RowOrigin, bool)>();
        foreach ((string name, TokenSource token) in recipe.Tokens)
        {
            int id = ids[ModelVocabulary.Encode(name)];
            if (token.Zero)
            {
                chosen[id] = (RowOrigin.Zero, token.Force);
            }
            else if (token.Model is not null)
            {
                MergeModel model = models.Get(token.Model, token.Line);
                if (!merged.Contains(model))
                {
                    throw new MergeException(
                        $"the embedding of '{name}' should come from '{token.Model}', which is not one of the merged models",
                        file, line: token.Line);
                }

                chosen[id] = (RowOrigin.Of([(model.Index, RowOf(model, token, name))]), token.Force);
            }
            else if (token.Force)
            {
                warnings.Add($"line {token.Line}: '{name}' has force but no source and is unchanged");
            }
        }

        return chosen;
    }

    private int RowOf(MergeModel model, TokenSource token, string name)
    {
        ModelVocabulary vocabulary = _vocabularies[model.Index];
        string wanted = token.Token ?? name;
        int row = token.TokenId ?? vocabulary.Find(ModelVocabulary.Encode(wanted));
        return row >= 0 && row < vocabulary.Count
            ? row
            : throw new MergeException(token.TokenId is null
                ? $"the model's vocabulary has no token '{wanted}'"
                : $"token id {row} is out of range; the model's vocabulary has {vocabulary.Count} tokens", model.Path, line: token.Line);
    }

    private static void RequireSameKind(MergeModel model, MergeModel source)
    {
        (string here, string there) = (KindOf(model), KindOf(source));
        if (here != there)
        {
            throw new MergeException(
                $"the tokenizer type is {here}, but that of {source.Path} is {there}: their tokens cannot be matched", model.Path);
        }
    }

    private static string KindOf(MergeModel model) =>
        model.File.Metadata.TryGetValue(ModelVocabulary.ModelKey, out GgufValue? kind) ? kind.GetString() : "none";
}
