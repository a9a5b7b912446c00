using System.Text.Json;

namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>The console application in every publish form; each must find its libraries and generate the same story.</summary>
[Collection(nameof(Workshop))]
public sealed class PublishFormTests(Workshop workshop)
{
    private static readonly string s_rid = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;

    [Fact]
    public async Task Framework_dependent()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp");
        CommandResult run = await app.TellsTheStoryAsync();
        Assert.Contains(Path.Combine("runtimes", s_rid, "native"), run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_packages_came_from_artifacts()
    {
        await workshop.PublishAsync("ConsoleApp");
        foreach (string id in (string[])[Artifacts.Library, Artifacts.Cpu])
        {
#pragma warning disable CA1308 // NuGet's folders are in lower case
            string origin = Path.Combine(workshop.PackageCache, id.ToLowerInvariant(), Artifacts.Version, ".nupkg.metadata");
#pragma warning restore CA1308
            using JsonDocument metadata = JsonDocument.Parse(await File.ReadAllTextAsync(origin));
            Assert.Equal(Artifacts.Folder, metadata.RootElement.GetProperty("source").GetString());
        }
    }

    [Fact]
    public async Task Self_contained_with_ready_to_run_code()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", "-p:SelfContained=true",
            "-p:PublishReadyToRun=true", $"-p:RuntimeIdentifier={s_rid}");
        await app.TellsTheStoryAsync();
        Assert.DoesNotContain(app.Files, file => file.StartsWith("runtimes/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Single_file_with_the_libraries_beside_it()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", "-p:PublishSingleFile=true",
            "-p:SelfContained=false", $"-p:RuntimeIdentifier={s_rid}");
        await app.TellsTheStoryAsync();
        Assert.DoesNotContain(app.Files,
            file => file.EndsWith(".dll", StringComparison.Ordinal) && file.StartsWith("LlamaNative", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Single_file_with_the_libraries_inside()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp",
            "-p:PublishSingleFile=true", "-p:IncludeNativeLibrariesForSelfExtract=true", "-p:SelfContained=false",
            $"-p:RuntimeIdentifier={s_rid}");
        Assert.DoesNotContain(app.Files, file => file.Contains("llama.", StringComparison.Ordinal));
        string extracted = Path.Combine(workshop.Folder, "extracted");
        CommandResult run = (await app.RunAsync(app.Folder, [],
            new Dictionary<string, string?> { ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = extracted })).Succeeded();
        Assert.Equal(workshop.Story.Text, run.Output);
        Assert.Contains(extracted, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trimmed_self_contained_single_file()
    {
        // A trim warning would be an error of this build.
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp",
            "-p:PublishTrimmed=true", "-p:PublishSingleFile=true", "-p:SelfContained=true", $"-p:RuntimeIdentifier={s_rid}");
        await app.TellsTheStoryAsync();
    }

    /// <summary>
    /// Trimming can also remove what is only missed when the program runs, as reflection in JSON. The chat uses it the most.
    /// </summary>
    [RequiresTheory(Need.LinuxX64, Need.Gcc)]
    [InlineData("-p:PublishAot=true")]
    [InlineData("-p:PublishTrimmed=true", "-p:PublishSingleFile=true", "-p:SelfContained=true")]
    public async Task Chats_as_when_it_was_not_trimmed(params string[] properties)
    {
        string[] chat = ["chat", workshop.Story.ModelPath, "Light, please"];
        CommandResult whole = (await (await workshop.PublishAsync("ConsoleApp")).RunAsync(chat)).Succeeded();
        Assert.Contains("\"on\"", whole.Output, StringComparison.Ordinal);
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", [.. properties, $"-p:RuntimeIdentifier={s_rid}"]);
        Assert.Equal(whole.Output, (await app.RunAsync(chat)).Succeeded().Output);
    }

    [Fact]
    public async Task Trimmed_with_the_libraries_inside_is_one_file()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", "-p:PublishTrimmed=true", "-p:PublishSingleFile=true",
            "-p:IncludeNativeLibrariesForSelfExtract=true", "-p:SelfContained=true", "-p:DebugType=none", $"-p:RuntimeIdentifier={s_rid}");
        Assert.Single(app.Files);
        string extracted = Path.Combine(workshop.Folder, "extracted and trimmed");
        CommandResult run = (await app.RunAsync(app.Folder, [],
            new Dictionary<string, string?> { ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = extracted })).Succeeded();
        Assert.Equal(workshop.Story.Text, run.Output);
        Assert.Contains(extracted, run.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// A trimmer analyses only code that is reached. Here it analyses all code of all packages, which the compiler's analyzer does
    /// only in part: it does not see calls in collection expressions.
    /// </summary>
    [Fact]
    public async Task No_code_of_any_package_warns_when_trimmed() =>
        await (await workshop.PublishAsync("ConsoleApp", "-p:PublishTrimmed=true", "-p:PublishSingleFile=true", "-p:SelfContained=true",
            "-p:RootPackages=true", "-p:TrimmerSingleWarn=false", $"-p:RuntimeIdentifier={s_rid}")).TellsTheStoryAsync();

    [RequiresFact(Need.LinuxX64, Need.Gcc)]
    public async Task No_code_of_any_package_warns_when_compiled_ahead_of_time() =>
        await (await workshop.PublishAsync("ConsoleApp", "-p:PublishAot=true", "-p:RootPackages=true", "-p:TrimmerSingleWarn=false",
            $"-p:RuntimeIdentifier={s_rid}")).TellsTheStoryAsync();

    [RequiresFact(Need.LinuxX64, Need.Gcc)]
    public async Task Native_ahead_of_time()
    {
        // A trim or AOT warning would be an error of this build.
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", "-p:PublishAot=true", $"-p:RuntimeIdentifier={s_rid}");
        await app.TellsTheStoryAsync();
        Assert.DoesNotContain("ConsoleApp.dll", app.Files);
    }

    public static TheoryData<string> OtherPlatforms =>
        [.. Packages.ExpectedLibraries.Packed.Intersect(["win-x64", "win-arm64", "linux-musl-x64", "linux-arm64", "osx-arm64"])];

    [Theory]
    [MemberData(nameof(OtherPlatforms))]
    public async Task For_another_platform_with_exactly_that_platforms_libraries_beside_it(string rid)
    {
        // Without an apphost for that platform, which needs a separate package.
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", "-p:UseAppHost=false",
            "-p:SelfContained=false", $"-p:RuntimeIdentifier={rid}");
        string[] expected = Packages.ExpectedLibraries.Cpu(rid);
        Assert.Equal(expected,
            app.Files.Where(file => expected.Contains(file) || file.Contains("llama.", StringComparison.Ordinal)
                || file.Contains("ggml", StringComparison.Ordinal)));
        Assert.DoesNotContain(app.Files, file => file.Contains('/'));
    }
}
