
namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>The command line tool, installed only from its package.</summary>
[Collection(nameof(Workshop))]
public sealed class ToolTests(Workshop workshop)
{
    [Fact]
    public async Task The_tool_installs_and_tells_the_story()
    {
        string folder = Path.Combine(workshop.Folder, "tools");
        (await workshop.RunDotnetAsync(workshop.Folder, "tool", "install", Artifacts.Tool, "--tool-path", folder,
            "--source", Artifacts.Folder, "--version", Artifacts.Version)).Succeeded();
        string tool = Path.Combine(folder, OperatingSystem.IsWindows() ? "llamanative.exe" : "llamanative");

        CommandResult version = (await new Command(tool, "--version") { WorkingDirectory = Path.GetTempPath() }.RunAsync()).Succeeded();
        Assert.Contains(Artifacts.Version, version.Output, StringComparison.Ordinal);
        CommandResult run = await new Command(tool, "run", "--model", workshop.Story.ModelPath, "--prompt",
            workshop.Story.Prompt, "--temp", "0", "-n", $"{Story.Tokens}")
        {
            WorkingDirectory = Path.GetTempPath(),
        }.RunAsync();
        Assert.Equal(workshop.Story.Text, run.Succeeded().Output);
    }
}
