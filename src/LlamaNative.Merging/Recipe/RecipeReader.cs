namespace LlamaNative.Merging.Recipe;

/// <summary>Detects the YAML format and calls its reader.</summary>
internal static class RecipeReader
{
    public static MergeRecipe Load(string path)
    {
        // Reading one character more than the limit is enough to reject a file of any length.
        using var reader = new StreamReader(path);
        var text = new char[YamlTree.MaxCharacters + 1];
        int length = reader.ReadBlock(text);
        return Read(new string(text, 0, length), path);
    }

    public static MergeRecipe Read(string yaml, string? file)
    {
        var warnings = new List<string>();
        YamlNode root = YamlTree.Read(yaml, file, warnings);
        var cursor = new YamlCursor(file, warnings);
        cursor.Mapping(root, "the recipe");
        MergeRecipe recipe = root.Find("layer_slices") is not null ? BakllamaReader.Read(root, cursor)
            : root.Find("operations") is not null ? BlockMergeReader.Read(root, cursor)
            : new MergekitReader(root, cursor, warnings).Read();
        return recipe with { File = file, Text = yaml, Warnings = warnings };
    }
}
