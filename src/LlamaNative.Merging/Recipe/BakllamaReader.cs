namespace LlamaNative.Merging.Recipe;

/// <summary>
/// Reads bakllama's layer stacks: ranges of layers, the sources of the embeddings and of the tensors after the layers, and a
/// scale that applies only to the output of a layer's feed-forward network (ffn_down).
/// </summary>
internal static class BakllamaReader
{
    public static MergeRecipe Read(YamlNode root, YamlCursor cursor)
    {
        cursor.WarnUnknown(root, "a recipe with 'layer_slices'", "layer_slices", "embedding_source", "lm_head_source");
        YamlNode list = cursor.Require(root, "layer_slices", "the recipe");
        MergeSlice[] slices = [.. cursor.Items(list, "'layer_slices'").Select(node => ReadSlice(node, cursor))];
        return slices.Length == 0
            ? throw cursor.Error(list, "'layer_slices' is empty")
            : new MergeRecipe
            {
                Method = MergeMethod.Passthrough,
                Slices = slices,
                EmbeddingSource = cursor.Text(root, "embedding_source") ?? slices[0].Sources[0].Model,
                OutputSource = cursor.Text(root, "lm_head_source") ?? slices[^1].Sources[0].Model,
            };
    }

    private static MergeSlice ReadSlice(YamlNode node, YamlCursor cursor)
    {
        cursor.Mapping(node, "a layer slice");
        cursor.WarnUnknown(node, "a layer slice", "model", "start", "end", "scale");
        int start = cursor.AsInteger(cursor.Require(node, "start", "a layer slice"), "'start'");
        int end = cursor.AsInteger(cursor.Require(node, "end", "a layer slice"), "'end'");
        if (start < 0 || end <= start)
        {
            throw cursor.Error(node, $"layer range {start} to {end} is empty or negative");
        }

        var parameters = new Dictionary<string, ParameterSetting>(StringComparer.Ordinal);
        if (node.Find("scale") is { } scale)
        {
            parameters["scale"] = new([("down_proj", new ConstantValue(cursor.AsNumber(scale, "'scale'")))], scale.Line);
        }

        return new MergeSlice
        {
            Line = node.Line,
            Sources =
            [
                new MergeSource
                {
                    Model = cursor.Model(cursor.Require(node, "model", "a layer slice"), "'model'"),
                    Start = start,
                    End = end,
                    Parameters = parameters,
                    Line = node.Line,
                },
            ],
        };
    }
}
