namespace DesktopChat;

/// <summary>The model that is used when none is named: the repository's own small one.</summary>
internal static class DefaultModel
{
    private const string FileName = "tiny-chat.gguf";

    /// <summary>The model in the folder of the repository's models; null if there is none.</summary>
    public static string? FindIn(string? folder) =>
        folder is not null && Path.Combine(folder, FileName) is var path && File.Exists(path) ? path : null;

    /// <summary>The folder of the repository's models, looked for above the program's own.</summary>
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
