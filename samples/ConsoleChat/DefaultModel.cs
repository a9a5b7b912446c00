namespace ConsoleChat;

/// <summary>The default model: the small one in this repository.</summary>
internal static class DefaultModel
{
    public const string RelativePath = "models/tiny-chat.gguf";

    public static string Missing { get; } = $"""
        No model found: {RelativePath} is neither here nor in a parent folder.
        Pass any chat model in the GGUF format with --model:
          dotnet run --project samples/ConsoleChat -- --model path/to/model.gguf
        """;

    /// <summary>Searches the program's folder and its parents, then the current folder and its parents.</summary>
    public static string? Find() => Above(AppContext.BaseDirectory).Concat(Above(Environment.CurrentDirectory))
        .Select(folder => Path.Combine(folder.FullName, RelativePath))
        .FirstOrDefault(File.Exists);

    private static IEnumerable<DirectoryInfo> Above(string path)
    {
        for (DirectoryInfo? folder = new(path); folder is not null; folder = folder.Parent)
        {
            yield return folder;
        }
    }
}
