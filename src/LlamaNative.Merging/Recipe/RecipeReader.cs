namespace LlamaNative.Merging.Recipe;

/// <summary>Tells the YAML forms apart and hands each to its reader.</summary>
internal static class RecipeReader
{
    public static MergeRecipe Load(string path)
    {
        var info = new FileInfo(path);

        // Bytes are at least as many as characters are quarters of them: far beyond the limit nothing is read.
        if (info.Exists && info.Length > 4L * YamlTree.MaxCharacters)
        {
            throw new MergeException($"the recipe has {info.Length} bytes, more than {4L * YamlTree.MaxCharacters}", path);
        }

        return Read(File.ReadAllText(path), path);
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
