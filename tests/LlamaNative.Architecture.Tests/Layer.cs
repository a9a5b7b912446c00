namespace LlamaNative.Architecture.Tests;

/// <summary>An assembly, one of its folders, or the files directly in a folder that has subfolders (<see cref="OwnFiles"/>).</summary>
/// <param name="Name">The assembly's or the folder's name, without its path.</param>
/// <param name="Meaning">A one-line description.</param>
/// <param name="Children">The folders inside, in dependency order: each uses only those before it.</param>
internal sealed record Layer(string Name, string Meaning, IReadOnlyList<Layer> Children)
{
    /// <summary>The name for the files directly in a folder that also has subfolders.</summary>
    public const string OwnFiles = "*.cs";

    /// <summary>The index of a child in the order, or -1.</summary>
    public int IndexOf(string name) => Children.Select((child, index) => child.Name == name ? index + 1 : 0).Sum() - 1;

    /// <summary>The path of every folder that directly contains files.</summary>
    public IEnumerable<string> FoldersWithFiles(string prefix = "") =>
        Children.Count == 0
            ? [prefix]
            : Children.SelectMany(child => child.FoldersWithFiles(child.Name == OwnFiles ? prefix : $"{prefix}{child.Name}/"));
}
