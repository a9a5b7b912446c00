namespace LlamaNative.Architecture.Tests;

/// <summary>An assembly, a folder of it, or the files that lie directly in a folder beside subfolders (<see cref="OwnFiles"/>).</summary>
/// <param name="Name">The assembly's or the folder's name, without its path.</param>
/// <param name="Meaning">One line for the reader.</param>
/// <param name="Children">The folders inside, in dependency order: each uses only those before it.</param>
internal sealed record Layer(string Name, string Meaning, IReadOnlyList<Layer> Children)
{
    /// <summary>How the order names the files that lie directly in a folder which has subfolders too.</summary>
    public const string OwnFiles = "*.cs";

    /// <summary>The place of a child in the order, or -1.</summary>
    public int IndexOf(string name) => Children.Select((child, index) => child.Name == name ? index + 1 : 0).Sum() - 1;

    /// <summary>The path of every folder that holds files of its own.</summary>
    public IEnumerable<string> FoldersWithFiles(string prefix = "") =>
        Children.Count == 0
            ? [prefix]
            : Children.SelectMany(child => child.FoldersWithFiles(child.Name == OwnFiles ? prefix : $"{prefix}{child.Name}/"));
}
