
namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>Applications published for Windows generate the same story with the libraries for Windows.</summary>
[Collection(nameof(Workshop))]
public sealed class WindowsTests(Workshop workshop)
{
    private string[] Arguments => [Wine.PathOf(workshop.Story.ModelPath), workshop.Story.Prompt, $"{Story.Tokens}"];

    [RequiresTheory(Need.LinuxX64, Need.Wine)]
    [InlineData("-p:PublishReadyToRun=true")]
    [InlineData("-p:PublishSingleFile=true", "-p:PublishTrimmed=true")]
    [InlineData("-p:PublishSingleFile=true", "-p:PublishTrimmed=true", "-p:IncludeNativeLibrariesForSelfExtract=true")]
    public async Task In_every_form_it_is_published_in(params string[] form)
    {
        PublishedApplication app = await PublishAsync("ConsoleApp", form);
        CommandResult run = (await Wine.Command(app, Arguments).RunAsync()).Succeeded();
        Assert.Equal(workshop.Story.Text, run.Output);
        Assert.Contains("device: CPU CPU", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unusable", run.Error, StringComparison.Ordinal);
    }

    [RequiresFact(Need.LinuxX64, Need.Wine)]
    public async Task In_paths_with_spaces_Chinese_and_emoji()
    {
        PublishedApplication app = await PublishAsync("ConsoleApp", "-p:PublishReadyToRun=true");
        string place = Path.Combine(workshop.Folder, "windows apps 我的应用 🦙");
        string model = Path.Combine(Directory.CreateDirectory(Path.Combine(workshop.Folder, "windows models 模型 🦙")).FullName,
            "故事 🦙.gguf");
        Workshop.Copy(app.Folder, place);
        File.Copy(workshop.Story.ModelPath, model);
        CommandResult run = await Wine.Command(app with { Folder = place }, Wine.PathOf(model), workshop.Story.Prompt,
            $"{Story.Tokens}").RunAsync();
        Assert.Equal(workshop.Story.Text, run.Succeeded().Output);
    }

    // With C assertions in the libraries, this would end the process.
    [RequiresFact(Need.LinuxX64, Need.Wine)]
    public async Task A_model_whose_numbers_overflow_is_an_error_and_not_the_end()
    {
        PublishedApplication app = await PublishAsync("ConsoleApp", "-p:PublishReadyToRun=true");
        using var broken = new TinyModel(new TinyModelOptions { Broken = true });
        CommandResult run = await Wine.Command(app, Wine.PathOf(broken.Path), "the cat", "4").RunAsync();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("LlamaException: The logit of token 0 is NaN", run.Error, StringComparison.Ordinal);
    }

    [RequiresFact(Need.LinuxX64, Need.Wine)]
    public async Task Without_a_backend_package_the_run_names_it()
    {
        PublishedApplication app = await PublishAsync("ConsoleApp", "-p:Backends=none", "-p:TreatWarningsAsErrors=false");
        CommandResult run = await Wine.Command(app, Arguments).RunAsync();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("NativeLibraryException: The native llama.cpp library for win-x64 was not found. Add a package",
            run.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet add package LlamaNative.Backend.Cpu", run.Error, StringComparison.Ordinal);
        Assert.Contains(Wine.PathOf(app.Folder), run.Error, StringComparison.Ordinal);
    }

    // npm's ggml-vulkan.dll, of another compiler, on the libraries built here.
    [RequiresFact(Need.GpuPackages, Need.LinuxX64, Need.Wine, Need.VulkanDriver, Need.VirtualScreen)]
    public async Task The_Vulkan_package_computes_on_the_device()
    {
        PublishedApplication app = await PublishAsync("ConsoleApp", $"-p:Backends={Artifacts.Vulkan}");
        using VirtualScreen screen = await VirtualScreen.StartAsync();
        CommandResult run = await (Wine.Command(app, [.. Arguments, "99"]) with
        {
            Environment = new Dictionary<string, string?>(WineLoader.Environment)
            {
                ["DISPLAY"] = screen.Display,
                ["GGML_VK_VISIBLE_DEVICES"] = "0",
            },
        }).RunAsync();
        Assert.NotEmpty(run.Succeeded().Output); // in half precision, so the text is not identical
        Assert.Contains("device: Vulkan Vulkan0", run.Error, StringComparison.Ordinal);
    }

    private Task<PublishedApplication> PublishAsync(string application, params string[] properties) =>
        workshop.PublishAsync(application, ["-p:RuntimeIdentifier=win-x64", "-p:SelfContained=true", .. properties]);
}
