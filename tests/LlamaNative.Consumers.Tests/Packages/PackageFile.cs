using System.IO.Compression;
using System.Xml.Linq;

namespace LlamaNative.Consumers.Tests.Packages;

/// <summary>The contents of a .nupkg file.</summary>
internal sealed class PackageFile : IDisposable
{
    private readonly ZipArchive _archive;

    public PackageFile(string id, string extension = ".nupkg")
    {
        Path = Artifacts.PathOf(id, extension);
        Assert.True(File.Exists(Path), $"{Path} is missing. Make it: dotnet pack -c Release -o artifacts");
        _archive = ZipFile.OpenRead(Path);
    }

    public string Path { get; }

    public IEnumerable<string> Names => _archive.Entries.Select(entry => entry.FullName);

    /// <summary>The value of an element of the manifest's metadata.</summary>
    public string? Metadata(string element) => Manifest().Descendants().FirstOrDefault(child => child.Name.LocalName == element)?.Value;

    /// <summary>The ids and versions of dependencies.</summary>
    public Dictionary<string, string> Dependencies() => Manifest().Descendants().Where(element => element.Name.LocalName == "dependency")
        .ToDictionary(element => element.Attribute("id")!.Value, element => element.Attribute("version")!.Value);

    /// <summary>The files in runtimes/&lt;rid&gt;/native/, by name, in ordinal order.</summary>
    public string[] Libraries(string rid, string root = "runtimes") =>
    [
        .. Names.Where(name => name.StartsWith($"{root}/{rid}/native/", StringComparison.Ordinal))
            .Select(name => name[$"{root}/{rid}/native/".Length..]).Order(StringComparer.Ordinal),
    ];

    public byte[] Read(string name)
    {
        using Stream stream = (_archive.GetEntry(name) ?? throw new FileNotFoundException($"{Path} holds no {name}")).Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    public string ReadText(string name) => System.Text.Encoding.UTF8.GetString(Read(name));

    public void Dispose() => _archive.Dispose();

    private XDocument Manifest()
    {
        using var stream = new MemoryStream(
            Read(Names.Single(name => name.EndsWith(".nuspec", StringComparison.Ordinal) && !name.Contains('/'))));
        return XDocument.Load(stream);
    }
}
