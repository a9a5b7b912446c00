namespace LlamaNative.Merging.Recipe;

/// <summary>
/// Reads BlockMerge's gradient recipes (MythoMax and similar merges): two models and a list of operations, each of which moves
/// matching tensors towards the second model along a gradient.
/// </summary>
internal static class BlockMergeReader
{
    public static MergeRecipe Read(YamlNode root, YamlCursor cursor)
    {
        cursor.WarnUnknown(root, "a recipe with 'operations'", "model_path1", "model_path2", "output_model_path",
            "operations", "max_shard_size");
        YamlNode list = cursor.Require(root, "operations", "the recipe");
        BlockMergeOperation[] operations = [.. cursor.Items(list, "'operations'").Select(node => ReadOperation(node, cursor))];
        if (operations.Length == 0)
        {
            throw cursor.Error(list, "'operations' is empty");
        }

        return new MergeRecipe
        {
            Method = MergeMethod.Linear,
            Parameters = new Dictionary<string, ParameterSetting> { ["normalize"] = ParameterSetting.Constant(false) },
            Models =
            [
                Source("model_path1", new BlockMergeShare(operations, Second: false)),
                Source("model_path2", new BlockMergeShare(operations, Second: true)),
            ],
            OutputPath = cursor.Text(root, "output_model_path"),
            KeepsFirstVocabulary = true,
        };

        MergeSource Source(string key, BlockMergeShare share)
        {
            YamlNode node = cursor.Require(root, key, "the recipe");
            return new MergeSource
            {
                Model = cursor.AsText(node, $"'{key}'"),
                Parameters = new Dictionary<string, ParameterSetting> { ["weight"] = new(share, node.Line) },
                Line = node.Line,
            };
        }
    }

    private static BlockMergeOperation ReadOperation(YamlNode node, YamlCursor cursor)
    {
        cursor.Mapping(node, "an operation");
        cursor.WarnUnknown(node, "an operation", "operation", "filter", "gradient_values", "layer_only", "no_layers");
        YamlNode values = cursor.Require(node, "gradient_values", "an operation");
        IReadOnlyList<YamlNode> items = values.Kind == YamlKind.Scalar ? [values] : cursor.Items(values, "'gradient_values'");
        return items.Count == 0
            ? throw cursor.Error(values, "'gradient_values' is empty")
            : new BlockMergeOperation(
                cursor.Text(node, "filter"),
                [.. items.Select(item => cursor.AsNumber(item, "an element of 'gradient_values'"))],
                cursor.Flag(node, "layer_only"),
                cursor.Flag(node, "no_layers"));
    }
}
