namespace LlamaNative.Architecture.Tests;

/// <summary>The repository that the tests run in.</summary>
internal static class Repository
{
    /// <summary>The repository's root, found by walking up to the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The text of a file, or null if it does not exist.</summary>
    public static string? Read(string path) => File.Exists(Path.Combine(Root, path)) ? File.ReadAllText(Path.Combine(Root, path)) : null;

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
