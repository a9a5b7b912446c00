namespace ConsoleChat;

/// <summary>The model that is used when none is named: the repository's own small one.</summary>
internal static class DefaultModel
{
    public const string RelativePath = "models/tiny-chat.gguf";

    public static string Missing { get; } = $"""
        There is no model to talk with: {RelativePath} was not found here or in a folder above.
        Name one with --model, any chat model in the GGUF format:
          dotnet run --project samples/ConsoleChat -- --model path/to/model.gguf
        """;

    /// <summary>Looks in the program's folder and those above it, then in the current one and those above it.</summary>
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
