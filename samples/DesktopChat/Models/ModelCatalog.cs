using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using DesktopChat.Settings;

namespace DesktopChat.Models;

/// <summary>Finds model files in the user's folders; a file is reread only if it has changed.</summary>
internal sealed partial class ModelCatalog(DesktopOptions options, SettingsStore settings)
{
    private const int MaxFiles = 500;

    // Symbolic links may form cycles, so the depth is limited.
    private static readonly EnumerationOptions s_search = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 4,
        IgnoreInaccessible = true,
        MatchCasing = MatchCasing.CaseInsensitive,
    };

    private readonly ConcurrentDictionary<string, (long Size, DateTime Written, ModelFileInfo Info)> _read = [];

    public ModelListing List(CancellationToken cancellationToken)
    {
        string[] folders = [.. Folders().Distinct(StringComparer.Ordinal)];
        var notes = new List<string>();
        var paths = new List<string>();
        foreach (string folder in folders)
        {
            if (!Directory.Exists(folder))
            {
                notes.Add($"The folder '{folder}' does not exist.");
                continue;
            }

            paths.AddRange(Directory.EnumerateFiles(folder, "*.gguf", s_search).Take(MaxFiles));
        }

        paths.AddRange(new[] { options.Model, settings.Current.LastModel }.OfType<string>().Where(File.Exists));
        string[] wanted = [.. paths.Distinct(StringComparer.Ordinal).Where(path => !IsLaterPart(path)).Take(MaxFiles + 1)];
        if (wanted.Length > MaxFiles)
        {
            notes.Add($"Only the first {MaxFiles} models are shown.");
        }

        var models = new List<ModelFileInfo>();
        foreach (string path in wanted.Take(MaxFiles))
        {
            cancellationToken.ThrowIfCancellationRequested();
            models.Add(Read(path));
        }

        return new ModelListing(
            [.. models.OrderBy(model => model.Problem is not null).ThenBy(model => model.FileName, StringComparer.OrdinalIgnoreCase)],
            folders, notes);
    }

    private IEnumerable<string> Folders()
    {
        IEnumerable<string?> given = [options.ModelFolder, options.RepositoryModels];
        return given.OfType<string>().Where(Directory.Exists).Concat(settings.Current.ModelFolders);
    }

    private ModelFileInfo Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return new ModelFileInfo(path, file.Name, 0) { Problem = "The file was removed." };
        }

        (long Size, DateTime Written) state = (file.Length, file.LastWriteTimeUtc);
        if (!_read.TryGetValue(path, out var known) || (known.Size, known.Written) != state)
        {
            known = (state.Size, state.Written, ModelFileReader.Read(path));
            _read[path] = known;
        }

        return known.Info;
    }

    /// <summary>A split model is listed by its first part.</summary>
    private static bool IsLaterPart(string path) => PartNumber().Match(path) is { Success: true } part && part.Groups[1].Value != "00001";

    [GeneratedRegex(@"-(\d{5})-of-\d{5}\.gguf$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PartNumber();
}
