using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;

namespace LlamaNative.Merging.Tokenizers;

/// <summary>Adjusts the tokenizer's lists to the height of the vocabulary matrices.</summary>
internal sealed class VocabularyMetadata(OrderedDictionary<string, GgufValue> metadata, MergeModel tokenizer, List<string> warnings)
{
    public void Adjust(VocabularyPlan? vocabulary, long size)
    {
        if (vocabulary is not null)
        {
            Set(vocabulary.Tokens);
            return;
        }

        if (!metadata.TryGetValue(ModelVocabulary.TokensKey, out GgufValue? tokens))
        {
            return;
        }

        if (tokens.Count < size)
        {
            throw new MergeException(
                $"the vocabulary has {tokens.Count} tokens, but the output has {size} rows; set tokenizer_source in the recipe",
                tokenizer.Path, TensorNames.TokenEmbedding);
        }

        if (tokens.Count > size)
        {
            warnings.Add(
                $"the last {tokens.Count - size} of {tokens.Count} tokens do not have a row in every model and are dropped; set "
                + $"tokenizer_source in the recipe to keep them");
            var known = ModelVocabulary.Of(tokenizer);
            Set([.. Enumerable.Range(0, (int)size)
                .Select(id => new OutputToken(known.Texts[id], known.Scores?[id] ?? 0, known.Types?[id] ?? ModelVocabulary.Normal))]);
            DropMerges(size);
        }

        DropIds(size);
    }

    private void Set(IReadOnlyList<OutputToken> tokens)
    {
        metadata[ModelVocabulary.TokensKey] = GgufValue.OfUtf8Strings(tokens.Select(token => ModelVocabulary.Bytes(token.Text)));
        if (metadata.ContainsKey(ModelVocabulary.ScoresKey))
        {
            metadata[ModelVocabulary.ScoresKey] = GgufValue.OfArray<float>([.. tokens.Select(token => token.Score)]);
        }

        // Token types are required once added tokens are not ordinary.
        if (metadata.ContainsKey(ModelVocabulary.TypesKey) || tokens.Any(token => token.Type != ModelVocabulary.Normal))
        {
            metadata[ModelVocabulary.TypesKey] = GgufValue.OfArray<int>([.. tokens.Select(token => token.Type)]);
        }
    }

    /// <summary>Removes merges that refer to removed tokens.</summary>
    private void DropMerges(long size)
    {
        if (!metadata.TryGetValue(ModelVocabulary.MergesKey, out GgufValue? merges))
        {
            return;
        }

        var known = ModelVocabulary.Of(tokenizer);
        bool Exists(string text) => known.Find(text) is var id && id >= 0 && id < size;
        metadata[ModelVocabulary.MergesKey] = GgufValue.OfUtf8Strings(merges.GetUtf8Strings().Where(merge =>
        {
            string text = System.Text.Encoding.Latin1.GetString(merge);
            int blank = text.IndexOf(' ', 1);
            return blank < 0 || (Exists(text[..blank]) && Exists(text[(blank + 1)..]) && Exists(text.Remove(blank, 1)));
        }));
    }

    /// <summary>Removes special token ids that refer to removed tokens.</summary>
    private void DropIds(long size)
    {
        foreach ((string key, GgufValue value) in metadata.ToArray())
        {
            if (key.StartsWith("tokenizer.ggml.", StringComparison.Ordinal) && key.EndsWith("_token_id", StringComparison.Ordinal)
                && value.Type is not (GgufValueType.Array or GgufValueType.String or GgufValueType.Bool) && value.GetInteger() >= size)
            {
                warnings.Add($"{key} is dropped, because its token {value} was removed");
                metadata.Remove(key);
            }
        }
    }
}
