using System.Xml.Linq;

namespace LlamaNative.Architecture.Tests;

/// <summary>Reads the sources and references of a project from its csproj file.</summary>
internal static class ProjectReader
{
    private const string AnyDepth = "/**/*.cs";

    /// <summary>Every assembly of src that is compiled from sources.</summary>
    public static IReadOnlyList<SourceAssembly> ReadAll(string source) =>
    [
        .. Directory.EnumerateFiles(source, "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(Read).Where(assembly => assembly.Files.Count > 0),
    ];

    /// <summary>Reads one project.</summary>
    public static SourceAssembly Read(string project)
    {
        XElement root = XDocument.Load(project).Root!;
        string folder = Path.GetDirectoryName(Path.GetFullPath(project))!;
        return new SourceAssembly(
            Path.GetFileNameWithoutExtension(project),
            [.. FilesUnder(folder, ""), .. root.Descendants("Compile").SelectMany(item => LinkedFiles(folder, item))],
            [.. Includes(root, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path))],
            [.. Includes(root, "InternalsVisibleTo")],
            root.Descendants("OutputType").Any(type => type.Value == "Exe"));
    }

    private static IEnumerable<string> Includes(XElement root, string item) =>
        root.Descendants(item).SelectMany(element => Patterns(element, "Include"));

    private static string[] Patterns(XElement element, string attribute) =>
        ((string?)element.Attribute(attribute) ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The files of a <c>Compile</c> item, which name single files or all below a folder.</summary>
    private static IEnumerable<SourceFile> LinkedFiles(string folder, XElement item)
    {
        string prefix = (string?)item.Attribute("LinkBase") is { } shown ? shown + "/" : "";
        HashSet<string> excluded = [.. Patterns(item, "Exclude").Select(pattern => Path.GetFullPath(pattern, folder))];
        foreach (string pattern in Patterns(item, "Include"))
        {
            if (pattern.EndsWith(AnyDepth, StringComparison.Ordinal))
            {
                string linked = Path.GetFullPath(pattern[..^AnyDepth.Length], folder);
                foreach (SourceFile file in FilesUnder(linked, prefix))
                {
                    if (!excluded.Contains(Path.Combine(linked, file.Path[prefix.Length..])))
                    {
                        yield return file;
                    }
                }
            }
            else
            {
                string path = Path.GetFullPath(pattern, folder);
                yield return new SourceFile(prefix + Path.GetFileName(path), File.ReadAllText(path));
            }
        }
    }

    private static IEnumerable<SourceFile> FilesUnder(string folder, string prefix)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string relative = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (!relative.StartsWith("obj/", StringComparison.Ordinal) && !relative.StartsWith("bin/", StringComparison.Ordinal))
            {
                yield return new SourceFile(prefix + relative, File.ReadAllText(path));
            }
        }
    }
}
