namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>
/// Applications that use LLamaSharp's native package, alone and with LLamaSharp in the same process. Both packages' libraries have the same
/// names, so a process that loads both sets without a check can end with an undefined symbol.
/// </summary>
[Collection(nameof(Workshop))]
public sealed class LLamaSharpTests(Workshop workshop)
{
    private const string Questions = "Hello!\nMy name is Ada.\nWhat is 9 + 7?\n";
    private const string Release = "llama.cpp b10221 from ";

    private static readonly string s_model = Repository.PathOf("models", "tiny-chat.gguf");

    // LLamaSharp names a folder after each processor level; which of them depends on this machine.
    private static readonly string s_folder = Path.Combine("runtimes", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier,
        "native");

    [RequiresTheory(Need.LinuxX64)]
    [InlineData("LlamaNative,LLamaSharp")]
    [InlineData("LLamaSharp,LlamaNative+")]
    [InlineData("LLamaSharp,LlamaNative")] // both choose the same folder, so there is nothing to ask for
    public async Task With_only_LLamaSharps_libraries_both_use_them_in_one_process(string order) =>
        CheckBoth(await RunAsync("none", order), order);

    [RequiresTheory(Need.LinuxX64)]
    [InlineData("LLamaSharp,LlamaNative+")]
    public async Task With_both_packages_the_loaded_libraries_are_used_if_asked_for(string order) =>
        CheckBoth(await RunAsync(Artifacts.Cpu, order), order);

    [RequiresFact(Need.LinuxX64)]
    public async Task With_both_packages_a_second_set_of_libraries_is_refused()
    {
        CommandResult run = await RunAsync(Artifacts.Cpu, "LLamaSharp,LlamaNative");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("NativeLibraryException: Something else in this process", run.Error, StringComparison.Ordinal);
        Assert.Matches($"{s_folder}/avx[0-9]*/libllama.so", run.Error);
        Assert.Contains("LlamaRuntimeOptions.UseLoadedLibrary", run.Error, StringComparison.Ordinal);
        Assert.Contains("LLamaSharp: ", run.Output, StringComparison.Ordinal);
    }

    // LLamaSharp's llama library then runs on LlamaNative's ggml, which is loaded under the same name.
    [RequiresFact(Need.LinuxX64)]
    public async Task With_both_packages_LLamaSharp_can_come_second()
    {
        CommandResult run = (await RunAsync(Artifacts.Cpu, "LlamaNative,LLamaSharp")).Succeeded();
        string text = workshop.Story.Text.ReplaceLineEndings(" ");
        Assert.Equal($"LlamaNative: {text}\nLLamaSharp: {text}", run.Output.TrimEnd('\n'));
        Assert.Contains($"llama.cpp {LlamaRuntime.PinnedVersion}", run.Error, StringComparison.Ordinal);
    }

    // The sample as a stranger's project: it references LlamaNative and LLamaSharp.Backend.Cpu only, and a warning is an error.
    [RequiresFact(Need.LinuxX64)]
    public async Task The_console_chat_answers_on_LLamaSharps_libraries()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleChat");
        Assert.DoesNotContain(app.Files, file => file.Contains("v" + LlamaRuntime.PinnedVersion, StringComparison.Ordinal));
        CheckAnswers(await new Command(app.Executable, "--model", s_model, "--temp", "0") { Input = Questions }.RunAsync());
    }

    // Without the refusal, a failed assertion of this release ends the process with exit code 134.
    [RequiresTheory(Need.LinuxX64)]
    [InlineData("deepseek32")]
    [InlineData("glm-dsa")]
    [InlineData("minimax-m3")]
    public async Task An_architecture_that_LLamaSharps_release_dies_of_is_refused(string architecture)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Save(ArchitectureModel.Create(ArchitectureTable.Rows.Single(row => row.Name == architecture)));
        PublishedApplication app = await workshop.PublishAsync("ConsoleChat");
        CommandResult run = await new Command(app.Executable, "--model", path) { Input = Questions }.RunAsync();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"the architecture '{architecture}', which llama.cpp b10221", run.Error, StringComparison.Ordinal);
    }

    [RequiresFact(Need.LinuxX64, Need.Wine)]
    public async Task The_console_chat_answers_on_LLamaSharps_libraries_for_Windows()
    {
        PublishedApplication app = await workshop.PublishAsync("ConsoleChat", "-p:RuntimeIdentifier=win-x64", "-p:SelfContained=true");
        CheckAnswers(await (Wine.Command(app, "--model", Wine.PathOf(s_model), "--temp", "0") with { Input = Questions }).RunAsync());
    }

    // The first conversation in models/README.md.
    private static void CheckAnswers(CommandResult run)
    {
        foreach (string answer in (string[])["Hello! How can I help you?", "Nice to meet you, Ada!", "9 + 7 = 16."])
        {
            Assert.Contains(answer, run.Succeeded().Output, StringComparison.Ordinal);
        }
    }

    private async Task<CommandResult> RunAsync(string backends, string order) =>
        await (await workshop.PublishAsync("SharedApp", $"-p:Backends={backends}")).RunAsync([order, .. workshop.Story.Arguments]);

    private void CheckBoth(CommandResult run, string order)
    {
        string text = workshop.Story.Text.ReplaceLineEndings(" ");
        Assert.Equal(order.Split(',').Select(library => $"{library}: {text}"), run.Succeeded().Output.TrimEnd('\n').Split('\n'));
        Assert.Contains(Release, run.Error, StringComparison.Ordinal);
        Assert.Contains(s_folder, run.Error, StringComparison.Ordinal);
    }
}
