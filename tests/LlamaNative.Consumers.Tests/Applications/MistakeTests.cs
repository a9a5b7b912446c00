using System.Runtime.InteropServices;

namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>Errors of applications with missing or mismatched packages: the message gives the mistake and the remedy.</summary>
[Collection(nameof(Workshop))]
public sealed class MistakeTests(Workshop workshop)
{
    private static readonly string s_rid = RuntimeInformation.RuntimeIdentifier;

    [Fact]
    public async Task Without_a_backend_package_the_build_warns_and_the_run_names_the_package()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", "-p:Backends=none", "-p:TreatWarningsAsErrors=false");
        Assert.Contains("warning LN1001", app.BuildOutput, StringComparison.Ordinal);
        Assert.Contains("dotnet add package LlamaNative.Backend.Cpu", app.BuildOutput, StringComparison.Ordinal);

        CommandResult run = await app.RunAsync();
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("NativeLibraryException: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet add package LlamaNative.Backend.Cpu", run.Error, StringComparison.Ordinal);
        Assert.Contains(app.Folder, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_library_without_a_backend_package_builds_in_silence() =>
        Assert.DoesNotContain("LN1001", (await workshop.PublishAsync("StoryLibrary", "-p:Backends=none")).BuildOutput,
            StringComparison.Ordinal);

    [Fact]
    public async Task Published_for_a_platform_that_has_no_libraries_the_build_warns()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp",
            "-p:RuntimeIdentifier=linux-arm", "-p:UseAppHost=false", "-p:SelfContained=false", "-p:TreatWarningsAsErrors=false");
        Assert.Contains("warning LN1002", app.BuildOutput, StringComparison.Ordinal);
        Assert.Contains("linux-arm", app.BuildOutput, StringComparison.Ordinal);
        Assert.Contains("linux-arm64", app.BuildOutput, StringComparison.Ordinal);
    }

    /// <summary>The libraries lie next to the executable all the same, which the warning says.</summary>
    [Fact]
    public async Task Native_libraries_that_a_native_program_would_extract_are_warned_of()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", "-p:PublishAot=true",
            "-p:IncludeNativeLibrariesForSelfExtract=true", $"-p:RuntimeIdentifier={s_rid}", "-p:TreatWarningsAsErrors=false");
        Assert.Contains("warning LN1003", app.BuildOutput, StringComparison.Ordinal);
        Assert.Contains(app.Files, file => file.Contains("llama", StringComparison.Ordinal) && !file.StartsWith("ConsoleApp",
            StringComparison.Ordinal));
        PublishedApplication single = await workshop.PublishAsync("ConsoleApp", "-p:PublishSingleFile=true",
            "-p:IncludeNativeLibrariesForSelfExtract=true", "-p:SelfContained=false", $"-p:RuntimeIdentifier={s_rid}");
        Assert.DoesNotContain("LN1003", single.BuildOutput, StringComparison.Ordinal);
    }

    // .NET itself refuses to start an application of another processor.
    [RequiresTheory(Need.LinuxX64)]
    [InlineData("win-x64")]
    [InlineData("osx-x64")]
    public async Task Published_for_another_system_the_run_says_for_which_and_for_which_it_should_be(string rid)
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", "-p:UseAppHost=false",
            "-p:SelfContained=false", $"-p:RuntimeIdentifier={rid}");
        CheckRefusal(await new Command(Command.Dotnet,
            [Path.Combine(app.Folder, "ConsoleApp.dll"), .. workshop.Story.Arguments]).RunAsync(), $"libraries for {rid} only");
    }

    [RequiresFact(Need.LinuxX64)]
    public async Task Libraries_of_another_processor_under_this_ones_names_are_told_apart()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp");
        string place = Path.Combine(workshop.Folder, "mixed up");
        Workshop.Copy(app.Folder, place);
        string native = Path.Combine(place, "runtimes", "linux-x64", "native");
        Directory.Delete(native, recursive: true);
        Workshop.Copy(Path.Combine(place, "runtimes", "linux-arm64", "native"), native);
        CheckRefusal(await (app with { Folder = place }).RunAsync(place, []), "The library is for linux-arm64");
    }

    private static void CheckRefusal(CommandResult run, string reason)
    {
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("NativeLibraryException: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Contains($"for {s_rid} with the package LlamaNative.Backend.Cpu", run.Error, StringComparison.Ordinal);
    }

    [RequiresFact(Need.GpuPackages, Need.LinuxX64)]
    public async Task All_backends_at_once_lie_in_one_folder_and_the_unusable_ones_say_why()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", $"-p:RuntimeIdentifier={s_rid}", "-p:SelfContained=false",
            $"-p:Backends={Artifacts.Cpu}+{Artifacts.Vulkan}+{Artifacts.CudaLinux}");
        Assert.Contains("libggml-vulkan.so", app.Files);
        Assert.Contains("libggml-cuda.so", app.Files);
        Assert.Single(app.Files, file => file.StartsWith("libllama.", StringComparison.Ordinal));

        CommandResult run = await app.TellsTheStoryAsync();
        Assert.Contains("device: CPU", run.Error, StringComparison.Ordinal);
        bool hasCuda = NativeLibrary.TryLoad("libcudart.so.13", out _) && NativeLibrary.TryLoad("libcuda.so.1", out _)
            && NativeLibrary.TryLoad("libcublas.so.13", out _);
        if (!hasCuda)
        {
            Assert.Matches("unusable: cuda: lib(cudart|cublas|cuda)[^ ]*: cannot open shared object file", run.Error);

            // Requesting a missing GPU is an error with the same explanation.
            CommandResult onGpu = await app.RunAsync([.. workshop.Story.Arguments, "99"]);
            if (!run.Error.Contains("device: Vulkan", StringComparison.Ordinal))
            {
                Assert.Equal(1, onGpu.ExitCode);
                Assert.Contains("the cuda backend cannot be used", onGpu.Error, StringComparison.Ordinal);
                Assert.Contains(Artifacts.Vulkan, onGpu.Error, StringComparison.Ordinal);
            }
        }
    }

    [RequiresFact(Need.GpuPackages, Need.LinuxX64, Need.VulkanDriver)]
    public async Task The_Vulkan_package_alone_brings_the_CPU_and_computes_on_the_device()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleApp", $"-p:Backends={Artifacts.Vulkan}");
        var device = new Dictionary<string, string?> { ["GGML_VK_VISIBLE_DEVICES"] = "0" };
        CommandResult run = (await app.RunAsync(app.Folder, [.. workshop.Story.Arguments, "99"], device)).Succeeded();
        Assert.Contains("device: Vulkan Vulkan0", run.Error, StringComparison.Ordinal);
        Assert.Contains("device: CPU", run.Error, StringComparison.Ordinal);
        Assert.NotEmpty(run.Output); // in half precision, so the text is not identical
    }
}
