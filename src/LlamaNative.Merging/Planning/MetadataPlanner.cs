using System.Globalization;
using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;
using LlamaNative.Merging.Recipe;
using LlamaNative.Merging.Tokenizers;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>
/// Plans the output's metadata: the reference model's, adjusted to the output's layers and tokens, plus a record of the merge.
/// </summary>
internal sealed class MetadataPlanner(MergeRecipe recipe, MergeOptions options, MergeModel reference, IReadOnlyList<PlannedSlice> slices)
{
    /// <summary>Prefix of the keys that record the merge.</summary>
    public const string RecordPrefix = "llamanative.merge.";

    private const string TokenizerPrefix = "tokenizer.";
    private const string FileTypeKey = "general.file_type";

    public OrderedDictionary<string, GgufValue> Plan(VocabularyPlan? vocabulary, MergeModel tokenizer,
        long vocabularySize, GgmlType? type, IReadOnlyList<MergeModel> models, List<string> warnings)
    {
        var metadata = new OrderedDictionary<string, GgufValue>(StringComparer.Ordinal);
        foreach ((string key, GgufValue value) in reference.File.Metadata.Where(pair => !IsDropped(pair.Key)))
        {
            metadata[key] = value;
        }

        SliceLayers(metadata);
        if (tokenizer != reference)
        {
            foreach (string key in metadata.Keys.Where(IsTokenizer).ToArray())
            {
                metadata.Remove(key);
            }

            foreach ((string key, GgufValue value) in tokenizer.File.Metadata.Where(pair => IsTokenizer(pair.Key)))
            {
                metadata[key] = value;
            }
        }

        new VocabularyMetadata(metadata, tokenizer, warnings).Adjust(vocabulary, vocabularySize);
        metadata[$"{reference.Architecture}.vocab_size"] = GgufValue.Of((uint)vocabularySize);
        if (ChatTemplates.Choose(recipe.ChatTemplate, models, recipe.File) is { } template)
        {
            metadata[ChatTemplates.Key] = GgufValue.Of(template);
        }

        Record(metadata, type, models);
        return metadata;
    }

    private static bool IsTokenizer(string key) => key.StartsWith(TokenizerPrefix, StringComparison.Ordinal);

    /// <summary>
    /// Keys that do not apply to the output: split parts, importance matrix, an earlier merge, details of the name.
    /// </summary>
    private static bool IsDropped(string key) =>
        key.StartsWith("split.", StringComparison.Ordinal)
        || key.StartsWith("quantize.", StringComparison.Ordinal)
        || key.StartsWith(RecordPrefix, StringComparison.Ordinal)
        || key.StartsWith("general.base_model.", StringComparison.Ordinal)
        || key is "general.basename" or "general.finetune" or "general.version" or "general.size_label"
            or "general.source.url" or "general.url";

    private void SliceLayers(OrderedDictionary<string, GgufValue> metadata)
    {
        string prefix = reference.Architecture + ".";
        (MergeModel Model, int Layer)[] layers =
        [
            .. slices.SelectMany(slice => Enumerable.Range(0, slice.LayerCount).Select(layer =>
            {
                PlannedSource source = slice.Sources.FirstOrDefault(source => source.Model == reference) ?? slice.Sources[0];
                return (source.Model, source.Start + layer);
            })),
        ];
        foreach ((string key, GgufValue value) in metadata.ToArray())
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal) && value.Type == GgufValueType.Array && value.Count == reference.BlockCount
                && PerLayerMetadata.Slice(key[prefix.Length..], value, layers) is { } sliced)
            {
                metadata[key] = sliced;
            }
        }

        metadata[prefix + "block_count"] = GgufValue.Of((uint)layers.Length);
    }

    private void Record(OrderedDictionary<string, GgufValue> metadata, GgmlType? type, IReadOnlyList<MergeModel> models)
    {
        string method = MethodTraits.Of(recipe.Method).Name;
        string[] names = [.. models.Select(NameOf)];
        metadata["general.name"] = GgufValue.Of(options.Name ?? $"{string.Join(" + ", names)} ({method})");

        // llama.cpp's file type numbers for files of a single type (enum llama_ftype).
        uint? fileType = type switch { GgmlType.F32 => 0, GgmlType.F16 => 1, GgmlType.BF16 => 32, _ => null };
        if (fileType is { } number)
        {
            metadata[FileTypeKey] = GgufValue.Of(number);
        }

        metadata["general.base_model.count"] = GgufValue.Of((uint)names.Length);
        for (int i = 0; i < names.Length; i++)
        {
            metadata[string.Create(CultureInfo.InvariantCulture, $"general.base_model.{i}.name")] = GgufValue.Of(names[i]);
        }

        metadata[RecordPrefix + "method"] = GgufValue.Of(method);
        metadata[RecordPrefix + "models"] = GgufValue.OfStrings(models.Select(model => model.Name));
        metadata[RecordPrefix + "seed"] = GgufValue.Of(options.Seed);
        metadata[RecordPrefix + "post_layer_t"] = GgufValue.Of(options.PostLayerT);
        if (recipe.Text is not null)
        {
            metadata[RecordPrefix + "recipe"] = GgufValue.Of(recipe.Text);
        }
    }

    private static string NameOf(MergeModel model) =>
        model.File.Metadata.TryGetValue("general.name", out GgufValue? name) && name.Type == GgufValueType.String
        && name.GetString().Length > 0
            ? name.GetString()
            : Path.GetFileNameWithoutExtension(model.Path);
}
