using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;

namespace LlamaNative.Merging.Tokenizers;

/// <summary>Checks whether rows that are merged by index represent the same tokens.</summary>
internal static class VocabularyCheck
{
    /// <exception cref="MergeException">The tokenizers are of different kinds.</exception>
    public static void Compare(MergeModel reference, IReadOnlyList<MergeModel> models, List<string> warnings)
    {
        if (!reference.File.Metadata.ContainsKey(ModelVocabulary.TokensKey))
        {
            return;
        }

        var expected = ModelVocabulary.Of(reference);
        foreach (MergeModel model in models.Where(
            model => model != reference && model.File.Metadata.ContainsKey(ModelVocabulary.TokensKey)))
        {
            (string here, string there) = (KindOf(model), KindOf(reference));
            if (here != there)
            {
                throw new MergeException(
                    $"the tokenizer type is {here}, but that of {reference.Path} is {there}: rows with the same index are not the "
                    + $"same token", model.Path);
            }

            var actual = ModelVocabulary.Of(model);
            int common = Math.Min(actual.Count, expected.Count);
            int[] different = [.. Enumerable.Range(0, common).Where(id => actual.Texts[id] != expected.Texts[id])];
            if (different.Length > 0)
            {
                warnings.Add(
                    $"{model.Path}: {different.Length} of {common} tokens differ from {reference.Path}, the first being {different[0]}, "
                    + $"'{ModelVocabulary.Decode(actual.Texts[different[0]])}' for "
                    + $"'{ModelVocabulary.Decode(expected.Texts[different[0]])}'; without tokenizer_source in the recipe their rows are "
                    + $"merged by index");
            }
        }
    }

    private static string KindOf(MergeModel model) =>
        model.File.Metadata.TryGetValue(ModelVocabulary.ModelKey, out GgufValue? kind) ? kind.GetString() : "none";
}
