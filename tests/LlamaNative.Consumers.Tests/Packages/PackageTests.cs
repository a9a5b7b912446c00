using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

namespace LlamaNative.Consumers.Tests.Packages;

/// <summary>Requirements of every package apart from its libraries.</summary>
public sealed class PackageTests
{
    private const long Limit = 250_000_000; // nuget.org's, in decimal megabytes

    private static readonly string[] s_managed = [Artifacts.Templates, Artifacts.Grammars, Artifacts.Library, Artifacts.Merging];
    private static readonly string[] s_gpu = [Artifacts.Vulkan, Artifacts.Cuda, Artifacts.CudaLinux, Artifacts.CudaWindows];

    private static readonly string[] s_extras = [Artifacts.Multimodal, Artifacts.Rpc];

    private static readonly string[] s_files = Directory.Exists(Artifacts.Folder)
        ? [.. Directory.GetFiles(Artifacts.Folder, "*.nupkg").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]
        : [];

    public static TheoryData<string> All => [.. s_files];

    // Every package with a reference assembly has symbols.
    public static TheoryData<string> Libraries =>
    [
        .. s_managed.Union(s_files.Where(file => file.EndsWith($".{Artifacts.Version}.nupkg", StringComparison.Ordinal))
            .Select(IdOf).Where(id => File.Exists(Artifacts.PathOf(id, ".snupkg")))),
    ];

    [Fact]
    public void Every_package_is_there_in_one_version()
    {
        string[] expected = [Artifacts.Cpu, Artifacts.Tool, .. s_managed, .. Artifacts.HasGpuBackends ? s_gpu : [],
            .. Artifacts.HasExtras ? s_extras : []];
        Assert.All(expected, id => Assert.True(File.Exists(Artifacts.PathOf(id)), Artifacts.PathOf(id)));
        Assert.All(s_files, file => Assert.EndsWith($".{Artifacts.Version}.nupkg", file, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Has_its_page_and_licences_and_is_small_enough(string file)
    {
        using PackageFile package = Open(file);
        Assert.InRange(new FileInfo(package.Path).Length, 1, Limit);
        Assert.Equal("MIT", package.Metadata("license"));
        Assert.False(string.IsNullOrWhiteSpace(package.Metadata("description")));
        Assert.Equal("README.md", package.Metadata("readme"));
        Assert.StartsWith("# ", package.ReadText("README.md"), StringComparison.Ordinal);
        Assert.Contains("LlamaNative contributors", package.ReadText("LICENSE"), StringComparison.Ordinal);
        Assert.Contains("The ggml authors", package.ReadText("THIRD-PARTY-NOTICES.txt"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Names_no_folder_of_the_machine_it_was_built_on(string file)
    {
        using PackageFile package = Open(file);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = [Repository.Root, .. home.Length > 1 ? [home + Path.DirectorySeparatorChar] : Array.Empty<string>()];
        foreach (string name in package.Names.Where(name => !name.Contains("/native/", StringComparison.Ordinal)))
        {
            byte[] content = package.Read(name);
            Assert.All(folders, folder => Assert.False(Holds(content, folder), $"{file}: {name} names {folder}"));
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_has_documentation_and_symbols_and_is_built_deterministically(string id)
    {
        using var package = new PackageFile(id);
        Assert.Contains("<member name=", package.ReadText($"lib/net10.0/{id}.xml"), StringComparison.Ordinal);
        using var library = new PEReader(new MemoryStream(package.Read($"lib/net10.0/{id}.dll")));
        Assert.Contains(library.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);

        using var symbols = new PackageFile(id, ".snupkg");
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(
            new MemoryStream(symbols.Read($"lib/net10.0/{id}.pdb")));
        MetadataReader pdb = provider.GetMetadataReader();
        Assert.NotEmpty(pdb.Documents);
        Assert.All(pdb.Documents,
            document => Assert.StartsWith("/_/", pdb.GetString(pdb.GetDocument(document).Name), StringComparison.Ordinal));

        // The symbols must belong to exactly this library.
        DebugDirectoryEntry codeView = library.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.CodeView);
        Assert.Equal(library.ReadCodeViewDebugDirectoryData(codeView).Guid, new BlobContentId(pdb.DebugMetadataHeader!.Id).Guid);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_holds_no_native_ones(string id)
    {
        using var package = new PackageFile(id);
        Assert.DoesNotContain(package.Names, name => name.Contains("native/", StringComparison.Ordinal));
    }

    [Fact]
    public void The_CPU_package_tells_the_build_which_platforms_it_has()
    {
        using var package = new PackageFile(Artifacts.Cpu);
        XDocument properties = XDocument.Parse(package.ReadText($"buildTransitive/{Artifacts.Cpu}.props"));
        Assert.Equal(ExpectedLibraries.Rids,
            properties.Descendants("LlamaNativeBackendRid").Single().Attribute("Include")!.Value.Split(';'));
    }

    [RequiresFact(Need.GpuPackages)]
    public void The_GPU_packages_ask_for_exactly_their_own_version_of_the_others()
    {
        foreach ((string id, string[] asked) in new[]
        {
            (Artifacts.Vulkan, [Artifacts.Cpu]), (Artifacts.CudaLinux, [Artifacts.Cpu]), (Artifacts.CudaWindows, [Artifacts.Cpu]),
            (Artifacts.Cuda, new[] { Artifacts.CudaLinux, Artifacts.CudaWindows }),
        })
        {
            using var package = new PackageFile(id);
            Assert.Equal(asked.ToDictionary(other => other, _ => $"[{Artifacts.Version}]"), package.Dependencies());
        }
    }

    [RequiresFact(Need.ExtraPackages)]
    public void The_packages_with_extra_libraries_ask_for_exactly_their_own_version_of_the_CPU_package() =>
        Assert.All(s_extras, id =>
        {
            using var package = new PackageFile(id);
            Assert.Equal(new Dictionary<string, string> { [Artifacts.Cpu] = $"[{Artifacts.Version}]" }, package.Dependencies());
        });

    private static PackageFile Open(string file) => new(IdOf(file));

    private static string IdOf(string file) => file[..^$".{Artifacts.Version}.nupkg".Length];

    private static bool Holds(byte[] content, string text) =>
        content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0 || content.AsSpan().IndexOf(Encoding.Unicode.GetBytes(text)) >= 0;
}
