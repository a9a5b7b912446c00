using System.Diagnostics;

namespace LlamaNative.Tests.Cli;

/// <summary>
/// Commands that write a file: if it cannot be written, the exit code says so, the message names the file that was asked for, and an older
/// file stays as it was.
/// </summary>
public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryFolder _files = new();
    private readonly TinyModel _tiny = new();

    public void Dispose()
    {
        _tiny.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData("quantize", "MODEL", "OUT", "Q8_0")]
    [InlineData("merge", "RECIPE", "--output", "OUT")]
    [InlineData("synth", "--shape", "tinyllama-1.1b", "--vocab", "MODEL", "OUT")]
    [InlineData("trace", "-m", "MODEL", "-p", "the cat", "-n", "1", "--out", "OUT")]
    [InlineData("chat", "-m", "MODEL", "-n", "2", "-t", "1", "--session", "OUT")]
    public async Task An_output_that_is_a_folder_or_lies_in_none_fails(params string[] arguments)
    {
        string folder = Directory.CreateDirectory(_files["folder"]).FullName;
        await FailsAsync(folder, $"'{folder}' cannot be written: it is a folder");
        string orphan = Path.Combine(_files["none"], "out.gguf");
        await FailsAsync(orphan, $"'{orphan}' cannot be written: the folder '{_files["none"]}' does not exist");
        Assert.Equal(["folder", "r.yaml"], _files.Entries);

        async Task FailsAsync(string output, string expected)
        {
            ToolResult result = await RunAsync(arguments, output);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains(expected, result.Error, StringComparison.Ordinal);
            Assert.Contains("error: ", result.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>Root would replace a device such as /dev/null for the whole system; a named pipe stands for it here.</summary>
    [RequiresTheory(Need.Linux)]
    [InlineData("quantize", "MODEL", "OUT", "Q8_0")]
    [InlineData("merge", "RECIPE", "--output", "OUT")]
    [InlineData("trace", "-m", "MODEL", "-p", "the cat", "-n", "1", "--out", "OUT")]
    public async Task An_output_that_is_not_a_regular_file_is_not_replaced(params string[] arguments)
    {
        string pipe = _files["pipe"];
        using (Process mkfifo = Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync();
        }

        foreach (string output in new[] { pipe, File.CreateSymbolicLink(_files["link"], pipe).FullName })
        {
            ToolResult result = await RunAsync(arguments, output);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("it is a device, a pipe or a socket", result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(["link", "pipe", "r.yaml"], _files.Entries);
        Assert.NotNull(new FileInfo(_files["link"]).LinkTarget);
        using var opened = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);
        Assert.False(opened.CanSeek);
    }

    [Fact]
    public async Task The_console_sample_fails_if_the_conversation_was_not_saved()
    {
        string[] arguments = ["--model", _tiny.Path, "--max-tokens", "2", "--threads", "1"];
        ToolResult failed = await Tool.RunChatSampleAsync("the cat\n", [.. arguments, "--session", Path.Combine(_files["none"], "s.chat")]);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains($"the folder '{_files["none"]}' does not exist", failed.Error, StringComparison.Ordinal);
        Assert.NotEmpty(failed.Text.Trim());
        ToolResult saved = await Tool.RunChatSampleAsync("the cat\n", [.. arguments, "--session", _files["s.chat"]]);
        Assert.True(saved.ExitCode == 0, saved.Error);
    }

    [Fact]
    public async Task A_page_replaces_an_older_one_and_leaves_nothing_else()
    {
        string page = _files.Write("page.html", "old"u8.ToArray());
        Assert.Equal(0, (await RunAsync(["trace", "-m", "MODEL", "-p", "the cat", "-n", "1", "--out", "OUT"], page)).ExitCode);
        Assert.Contains("<html", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
        Assert.Equal(["page.html", "r.yaml"], _files.Entries);
    }

    private Task<ToolResult> RunAsync(string[] arguments, string output)
    {
        File.WriteAllText(_files["r.yaml"],
            $"merge_method: linear\nmodels:\n  - model: {_tiny.Path}\n    parameters: {{weight: 1}}\n");
        return Tool.RunAsync("the cat\n"u8.ToArray(), [.. arguments.Select(argument => argument switch
        {
            "MODEL" => _tiny.Path,
            "OUT" => output,
            "RECIPE" => _files["r.yaml"],
            _ => argument,
        })]);
    }
}
