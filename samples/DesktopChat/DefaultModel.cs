namespace DesktopChat;

/// <summary>The default model: the small one in this repository.</summary>
internal static class DefaultModel
{
    private const string FileName = "tiny-chat.gguf";

    /// <summary>The model in the repository's models folder; null if there is none.</summary>
    public static string? FindIn(string? folder) =>
        folder is not null && Path.Combine(folder, FileName) is var path && File.Exists(path) ? path : null;

    /// <summary>The repository's models folder, searched for in the parents of the program's folder.</summary>
    public static string? FindFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string models = Path.Combine(folder.FullName, "models");
            if (File.Exists(Path.Combine(models, FileName))
                || (File.Exists(Path.Combine(folder.FullName, "LlamaNative.sln")) && Directory.Exists(models)))
            {
                return models;
            }
        }

        return null;
    }
}
