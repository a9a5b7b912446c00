namespace LlamaNative.Merging.Recipe;

/// <summary>Detects the YAML format and calls its reader.</summary>
internal static class RecipeReader
{
    public static MergeRecipe Load(string path)
    {
        // A char takes at most three bytes in UTF-8 and two in UTF-16. Of a file of any length, no more than the longest recipe is read.
        var bytes = new byte[(3 * YamlTree.MaxCharacters) + 4];
        using FileStream file = File.OpenRead(path);
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length == bytes.Length)
        {
            throw YamlTree.TooLong(path);
        }

        return Read(Decode(bytes.AsSpan(0, length), path), path);
    }

    private static string Decode(ReadOnlySpan<byte> bytes, string path)
    {
        try
        {
            return TextFile.Decode(bytes, "the recipe");
        }
        catch (LlamaException error)
        {
            throw new MergeException(error.Message, path, innerException: error);
        }
    }

    public static MergeRecipe Read(string yaml, string? file)
    {
        var warnings = new List<string>();
        yaml = yaml.TrimStart('\uFEFF'); // a byte order mark, which YAML allows before a document
        YamlNode root = YamlTree.Read(yaml, file, warnings);
        var cursor = new YamlCursor(file, warnings);
        cursor.Mapping(root, "the recipe");
        MergeRecipe recipe = root.Find("layer_slices") is not null ? BakllamaReader.Read(root, cursor)
            : root.Find("operations") is not null ? BlockMergeReader.Read(root, cursor)
            : new MergekitReader(root, cursor, warnings).Read();
        return recipe with { File = file, Text = yaml, Warnings = warnings };
    }
}
