using System.Text.RegularExpressions;

namespace LlamaNative.Documentation.Tests;

/// <summary>A block of C# in a Markdown file, split into its using directives and the rest.</summary>
/// <param name="File">The file, relative to the repository.</param>
/// <param name="Line">The block's first line, counted from 1.</param>
/// <param name="Text">The whole block.</param>
public sealed partial record CodeBlock(string File, int Line, string Text)
{
    /// <summary>The repository's root, found by walking up to the solution file.</summary>
    public static string Repository { get; } = FindRepository();

    public IReadOnlyList<string> Usings => [.. UsingDirective().Matches(Text).Select(match => match.Value)];

    public string Body => UsingDirective().Replace(Text, "");

    /// <summary>The blocks of a file in their order.</summary>
    public static IReadOnlyList<CodeBlock> ReadAll(string file)
    {
        string markdown = System.IO.File.ReadAllText(Path.Combine(Repository, file)).ReplaceLineEndings("\n");
        return
        [
            .. Fence().Matches(markdown).Select(match =>
                new CodeBlock(file, markdown.AsSpan(0, match.Groups["code"].Index).Count('\n') + 1, match.Groups["code"].Value)),
        ];
    }

    public override string ToString() => $"{File}:{Line}";

    private static string FindRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "LlamaNative.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run outside the repository: no LlamaNative.sln above " + AppContext.BaseDirectory);
    }

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^using [\w.]+;$", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();
}
