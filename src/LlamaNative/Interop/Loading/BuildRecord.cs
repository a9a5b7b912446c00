using System.Text.Json;

namespace LlamaNative.Interop;

/// <summary>Reads the <c>*.build.json</c> files that native/build/build.mjs leaves beside the libraries it has built.</summary>
internal static class BuildRecord
{
    private const long MaximumLength = 1 << 20;

    /// <summary>The builds described in a folder, by file name; a file that is not such a record is skipped.</summary>
    public static IReadOnlyList<NativeBuild> ReadAll(string directory)
    {
        var builds = new List<NativeBuild>();
        foreach (string file in Directory.EnumerateFiles(directory, "*.build.json").Order(StringComparer.Ordinal))
        {
            if (Read(file) is { } build)
            {
                builds.Add(build);
            }
        }

        return builds;
    }

    private static NativeBuild? Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length > MaximumLength)
            {
                return null;
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement;
            return new NativeBuild(
                [.. root.GetProperty("files").EnumerateObject().Select(entry => entry.Name)],
                root.GetProperty("source").GetString() ?? "",
                root.GetProperty("tools").GetProperty("compiler").GetString() ?? "",
                [.. root.GetProperty("flags").EnumerateObject().Select(flag => $"{flag.Name}={flag.Value}")]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException
            or InvalidOperationException)
        {
            return null;
        }
    }
}
