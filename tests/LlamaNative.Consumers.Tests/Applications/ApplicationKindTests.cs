using System.Diagnostics;

namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>Every kind of application that runs a model generates the same story.</summary>
[Collection(nameof(Workshop))]
public sealed class ApplicationKindTests(Workshop workshop)
{
    private static readonly string s_rid = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;

    private string[] HostArguments => ["--model", workshop.Story.ModelPath, "--prompt", workshop.Story.Prompt,
        "--tokens", $"{Story.Tokens}"];

    [Fact]
    public async Task Web_application() => await ServesTheStoryAsync(await workshop.PublishAsync("WebApp"));

    [Fact]
    public async Task Web_application_trimmed_into_a_single_file() => await ServesTheStoryAsync(await workshop.PublishAsync("WebApp",
        "-p:PublishTrimmed=true", "-p:PublishSingleFile=true", "-p:SelfContained=true", $"-p:RuntimeIdentifier={s_rid}"));

    [RequiresFact(Need.LinuxX64, Need.Gcc)]
    public async Task Web_application_compiled_ahead_of_time() => await ServesTheStoryAsync(await workshop.PublishAsync("WebApp",
        "-p:PublishAot=true", $"-p:RuntimeIdentifier={s_rid}"));

    [Fact]
    public async Task Worker() => await (await workshop.PublishAsync("WorkerApp")).TellsTheStoryAsync(HostArguments);

    [Fact]
    public async Task Worker_in_a_self_contained_single_file() => await (await workshop.PublishAsync("WorkerApp",
        "-p:PublishSingleFile=true", "-p:SelfContained=true", $"-p:RuntimeIdentifier={s_rid}")).TellsTheStoryAsync(HostArguments);

    [Fact]
    public async Task Worker_trimmed_into_a_single_file() => await (await workshop.PublishAsync("WorkerApp",
        "-p:PublishTrimmed=true", "-p:PublishSingleFile=true", "-p:SelfContained=true", $"-p:RuntimeIdentifier={s_rid}"))
        .TellsTheStoryAsync(HostArguments);

    [RequiresFact(Need.LinuxX64, Need.Gcc)]
    public async Task Worker_compiled_ahead_of_time() => await (await workshop.PublishAsync("WorkerApp",
        "-p:PublishAot=true", $"-p:RuntimeIdentifier={s_rid}")).TellsTheStoryAsync(HostArguments);

    [Fact]
    public async Task Application_that_only_knows_a_library_which_references_the_packages() =>
        await (await workshop.PublishAsync("LibraryApp")).TellsTheStoryAsync();

    [Fact]
    public async Task Plugins_side_by_side_in_contexts_of_their_own_unloaded_and_loaded_again()
    {
        PublishedApplication host = await workshop.PublishAsync("PluginHost");
        PublishedApplication plugin = await workshop.PublishAsync("StoryPlugin");
        Assert.DoesNotContain(host.Files, file => file.Contains("LlamaNative", StringComparison.Ordinal));
        CommandResult run = await host.TellsTheStoryAsync([Path.Combine(plugin.Folder, "StoryPlugin.dll"), .. workshop.Story.Arguments]);
        Assert.Contains("unloaded: True", run.Error, StringComparison.Ordinal);
    }

    private async Task ServesTheStoryAsync(PublishedApplication app)
    {
        using Process server = new Command(app.Executable, "--model", workshop.Story.ModelPath, "--urls", "http://127.0.0.1:0")
        {
            WorkingDirectory = app.Folder,
        }.Start();
        try
        {
            using var client = new HttpClient { BaseAddress = await FindAddressAsync(server) };
            string path = $"/story?prompt={Uri.EscapeDataString(workshop.Story.Prompt)}&tokens={Story.Tokens}";
            Assert.Equal(workshop.Story.Text, await client.GetStringAsync(path));
            Assert.Equal(workshop.Story.Text, await client.GetStringAsync(path));
        }
        finally
        {
            server.Kill();
        }
    }

    private static async Task<Uri> FindAddressAsync(Process server)
    {
        const string Announcement = "Now listening on: ";
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await server.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.IndexOf(Announcement, StringComparison.Ordinal) is >= 0 and var at)
            {
                return new Uri(line[(at + Announcement.Length)..].Trim());
            }
        }

        throw new InvalidOperationException("The server ended: " + await server.StandardError.ReadToEndAsync(limit.Token));
    }
}
