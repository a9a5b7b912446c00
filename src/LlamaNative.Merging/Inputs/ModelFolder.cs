using LlamaNative.Gguf;
using LlamaNative.Models;

namespace LlamaNative.Merging.Inputs;

/// <summary>Finds the one model in a folder, as recipes for mergekit name folders.</summary>
internal static class ModelFolder
{
    private const string Extension = ".gguf";

    /// <summary>Finds the path of the folder's only model, or says why there is no such file.</summary>
    public static (string? Path, string? Problem) Find(string folder)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(folder)
                .Where(file => file.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal),
        ];
        (string File, string? Use)[] found = [.. files.GroupBy(StemOf).Select(parts => (parts.First(), OtherUseOf(parts.First())))];
        string[] models = [.. found.Where(file => file.Use is null).Select(file => file.File)];
        return models switch
        {
            [var model] => (model, null),
            [] when found.Length == 0 => (null, $"the folder {folder} has no {Extension} file"),
            [] => (null, $"the folder {folder} has no model, but only "
                + string.Join(", ", found.Select(file => $"{Path.GetFileName(file.File)} ({file.Use})"))),
            _ => (null, $"the folder {folder} has several models: {string.Join(", ", models.Select(Path.GetFileName))}; name one of them"),
        };
    }

    /// <summary>The path without <c>-00001-of-00003.gguf</c>, which the parts of a split model have in common.</summary>
    private static string StemOf(string path)
    {
        string stem = path[..^Extension.Length];
        return stem.Length > 15 && stem[^15] == '-' && stem.AsSpan(stem.Length - 9, 4).SequenceEqual("-of-")
            && IsNumber(stem.AsSpan(stem.Length - 14, 5)) && IsNumber(stem.AsSpan(stem.Length - 5))
            ? stem[..^15]
            : stem;
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>
    /// What a file is, if it is valid but not a language model. Null also for a file that cannot be read; opening it reports the error.
    /// </summary>
    private static string? OtherUseOf(string path)
    {
        try
        {
            using GgufFile file = GgufFile.Open(path, allParts: false);
            return OtherGguf.KindOf(file) ?? (OtherGguf.TypeOf(file) is { } type and not "model" ? type : null);
        }
        catch (Exception error) when (error is GgufFormatException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
