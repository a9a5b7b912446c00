using System.Text.RegularExpressions;

namespace LlamaNative.Architecture.Tests;

/// <summary>README.md and docs/architecture.md list assemblies and folders in the order that docs/layers.txt declares.</summary>
public sealed partial class DocumentedOrderTests
{
    private static readonly Layer s_declared = LayerReader.Read(Repository.Read("docs/layers.txt")!);

    [Fact]
    public void The_readme_lists_the_folders() => Assert.Equal(Folders(), NamesIn(Repository.Read("README.md")!, "Source layout"));

    [Fact]
    public void The_architecture_document_lists_assemblies_and_folders()
    {
        if (Repository.Read("docs/architecture.md") is { } text)
        {
            // Packages with native libraries have no code and are not part of the order.
            Assert.Equal(
                s_declared.Children.Select(layer => layer.Name),
                NamesIn(text, "Assemblies").Where(name => !name.Contains(".Backend.", StringComparison.Ordinal)));
            Assert.Equal(Folders(), NamesIn(text, "Folders of `src/LlamaNative`"));
        }
    }

    private static IEnumerable<string> Folders() =>
        s_declared.Children.Single(layer => layer.Name == "LlamaNative").Children.Select(layer => layer.Name);

    /// <summary>The names in the first column of the tables under a heading.</summary>
    private static IEnumerable<string> NamesIn(string text, string heading)
    {
        string section = text.Split("\n## ").Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal));
        return FirstCell().Matches(section).Select(match => match.Groups["name"].Value);
    }

    [GeneratedRegex(@"^\| `(?<name>[^`]+?)/?` \|", RegexOptions.Multiline)]
    private static partial Regex FirstCell();
}
