namespace DesktopChat;

/// <summary>The model that is used when none is named: the repository's own small one.</summary>
internal static class DefaultModel
{
    private const string RelativePath = "models/tiny-chat.gguf";

    /// <summary>The file, if the program's folder or one above it has it.</summary>
    public static string? Find() => Folder() is { } folder && Path.Combine(folder, "tiny-chat.gguf") is var path && File.Exists(path) ? path : null;

    /// <summary>The folder of the repository's models.</summary>
    public static string? Folder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, RelativePath)) || File.Exists(Path.Combine(folder.FullName, "LlamaNative.sln")))
            {
                return Path.Combine(folder.FullName, "models");
            }
        }

        return null;
    }
}
