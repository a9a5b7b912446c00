namespace LlamaNative.Tests;

/// <summary>
/// Reference files that lie beside the repository (../shared): real models, vocabularies and answers of
/// llama.cpp itself. A fresh clone has none, so a test that needs one is a <see cref="SharedFactAttribute"/>.
/// </summary>
internal static class SharedFiles
{
    /// <summary>The repository's root, found by walking up to the solution file.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The full path of a shared file, whether it exists or not.</summary>
    public static string PathOf(string relativePath) =>
        Path.Combine(Path.GetDirectoryName(RepositoryRoot)!, "shared", relativePath);

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

/// <summary>A fact that needs files of ../shared and is skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(params string[] relativePaths) => Skip = MissingShared.Reason(relativePaths);
}

/// <summary>A theory that needs files of ../shared and is skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(params string[] relativePaths) => Skip = MissingShared.Reason(relativePaths);
}

internal static class MissingShared
{
    public static string? Reason(string[] relativePaths)
    {
        string? missing = Array.Find(relativePaths, path => !Path.Exists(SharedFiles.PathOf(path)));
        return missing is null ? null : $"needs ../shared/{missing}, which this clone does not have";
    }
}
