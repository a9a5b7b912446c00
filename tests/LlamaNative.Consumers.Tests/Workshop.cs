
namespace LlamaNative.Consumers.Tests;

/// <summary>
/// A folder outside the repository where the applications of tests/Consumers are published, with an empty package cache:
/// all their packages come from artifacts/ or from the machine's package sources.
/// </summary>
public sealed class Workshop : IDisposable
{
    // A node or compiler server that outlives its command would keep the command's pipes open.
    private static readonly string[] s_buildArguments = ["--nologo", "-v", "q", "-m:1", "-nodeReuse:false",
        "-p:UseSharedCompilation=false"];

    private readonly Dictionary<string, Task<PublishedApplication>> _published = [];
    private readonly string _searchPath;

    public Workshop()
    {
        Folder = Directory.CreateTempSubdirectory("llamanative-consumers-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // Temporary folders are accessible only to their owner, but some tests start the applications as another user.
            File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        }

        PackageCache = Path.Combine(Folder, "packages");
        _searchPath = CreateSearchPath(Path.Combine(Folder, "bin"));
        Story = new Story(Folder);
    }

    public string Folder { get; }

    internal string PackageCache { get; }

    internal Story Story { get; }

    /// <summary>Returns the application, which is published only once.</summary>
    internal Task<PublishedApplication> PublishAsync(string application, params string[] properties)
    {
        string key = string.Join(' ', [application, .. properties]);
        if (!_published.TryGetValue(key, out Task<PublishedApplication>? publishing))
        {
            _published[key] = publishing = PublishNewAsync(application, properties, $"{_published.Count}-{application}");
        }

        return publishing;
    }

    /// <summary>Runs the SDK with this workshop's package cache.</summary>
    internal Task<CommandResult> RunDotnetAsync(string workingDirectory, params string[] arguments) =>
        new Command(Command.Dotnet, arguments)
    {
        WorkingDirectory = workingDirectory,
        Environment = new Dictionary<string, string?>
        {
            ["PATH"] = _searchPath,
            ["NUGET_PACKAGES"] = PackageCache,
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            ["DOTNET_NOLOGO"] = "1",
            ["MSBUILDTERMINALLOGGER"] = "off",
            ["MSBUILDDISABLENODEREUSE"] = "1",
        },
    }.RunAsync();

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private async Task<PublishedApplication> PublishNewAsync(string application, string[] properties, string name)
    {
        string place = Path.Combine(Folder, name);
        string output = Path.Combine(place, "out");
        Copy(Repository.PathOf("tests", "Consumers"), place);
        AddSampleSources(application, Path.Combine(place, application));
        PointAt(Path.Combine(place, "nuget.config"), Artifacts.Folder);
        CommandResult build = await RunDotnetAsync(place,
            ["publish", application, "-c", "Release", "-o", output, .. s_buildArguments,
                $"-p:LlamaNativeVersion={Artifacts.Version}", .. properties]);
        build.Succeeded();
        return new PublishedApplication(output, application, build.Output, Story);
    }

    /// <summary>
    /// The only programs on PATH: dotnet, chmod, which the SDK uses to make a tool executable, and NativeAOT's linker.
    /// </summary>
    private static string CreateSearchPath(string folder)
    {
        string dotnet = Path.GetDirectoryName(Command.Dotnet)!;
        if (OperatingSystem.IsWindows())
        {
            return dotnet;
        }

        Directory.CreateDirectory(folder);
        foreach (string tool in (string[])["chmod", "gcc", "ld", "ld.bfd", "objcopy", "sh"])
        {
            if (new[] { "/usr/bin/" + tool, "/bin/" + tool }.FirstOrDefault(File.Exists) is { } file)
            {
                File.CreateSymbolicLink(Path.Combine(folder, tool), file);
            }
        }

        return dotnet + Path.PathSeparator + folder;
    }

    /// <summary>An application named like a sample has only a project file of its own.</summary>
    private static void AddSampleSources(string application, string folder)
    {
        string sample = Repository.PathOf("samples", application);
        foreach (string file in Directory.Exists(sample) ? Directory.EnumerateFiles(sample) : [])
        {
            if (Path.GetExtension(file) != ".csproj")
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }
        }
    }

    private static void PointAt(string configuration, string packages)
    {
        string text = File.ReadAllText(configuration);
        Assert.Contains("../../artifacts", text, StringComparison.Ordinal);
        File.WriteAllText(configuration, text.Replace("../../artifacts", packages, StringComparison.Ordinal));
    }

    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from))
        {
            if (Path.GetFileName(folder) is not ("bin" or "obj"))
            {
                Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
            }
        }

        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}

/// <summary>One workshop for all tests, which run one after another because publishing uses all cores.</summary>
[CollectionDefinition(nameof(Workshop))]
public sealed class WorkshopTests : ICollectionFixture<Workshop>;
