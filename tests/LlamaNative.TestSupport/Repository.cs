namespace LlamaNative.TestSupport;

/// <summary>The repository's folder, and the files in and next to it that tests use.</summary>
public static class Repository
{
    /// <summary>The repository's root, found by walking up to the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The chat model that the repository ships.</summary>
    public static string TinyChat { get; } = PathOf("models", "tiny-chat.gguf");

    /// <summary>llama.cpp's source at the pinned release, present after FetchSource has run.</summary>
    public static string LlamaSource { get; } =
        Environment.GetEnvironmentVariable("LLAMA_CPP_SOURCE") is { Length: > 0 } path ? path : PathOf("native", "llama.cpp");

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>
    /// A file in ../shared, which contains third-party models and templates that cannot be part of the repository.
    /// A test that reads one is a <see cref="RequiresFactAttribute"/> with <see cref="Need.Shared"/>.
    /// </summary>
    public static string SharedPathOf(string relativePath) => Path.Combine(Path.GetDirectoryName(Root)!, "shared", relativePath);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LlamaNative.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run outside the repository: no LlamaNative.sln above " + AppContext.BaseDirectory);
    }
}
