using System.Text.Json;

namespace LlamaNative.Tests.Cli;

/// <summary>The tool's trace command and the sample that it compiles, run as processes.</summary>
public sealed class TraceCommandTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public async Task Trace_prints_steps_with_figures_and_writes_the_page()
    {
        string page = Path.Combine(_tiny.Folder, "page.html");
        ToolResult result = await Tool.RunAsync("trace", "-m", _tiny.Path, "-p", "hello", "-n", "2", "--out", page, "--json");
        JsonElement json = result.Json();
        JsonElement[] steps = [.. json.GetProperty("steps").EnumerateArray()];
        Assert.Equal((18 * 2) + 3, steps.Length);
        Assert.All(steps, step => Assert.InRange(step.GetProperty("difference").GetDouble(), 0, 1e-4));
        Assert.Equal("kq-1", steps.Last(step => step.GetProperty("name").GetString() == "scores").GetProperty("tensor").GetString());
        Assert.InRange(json.GetProperty("largestDifference").GetDouble(), 0, 1e-4);
        Assert.Contains("layer 1, head 3", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_prints_every_step_and_says_where_its_page_is()
    {
        string page = Path.Combine(_tiny.Folder, "walk.html");
        ToolResult result = await Tool.RunWalkSampleAsync(_tiny.Path, "hello", "3", page);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("one-hot × matrix", result.Text, StringComparison.Ordinal);
        Assert.Contains("result_output", result.Text, StringComparison.Ordinal);
        Assert.True(File.Exists(page));
    }

    [Fact]
    public async Task A_model_that_is_no_LLaMA_is_an_error()
    {
        using var other = new TinyModel(new TinyModelOptions { Architecture = "gemma2", SlidingWindow = 64 });
        ToolResult result = await Tool.RunAsync("trace", "-m", other.Path, "-p", "hello");
        Assert.Equal((1, 0), (result.ExitCode, result.Output.Length));
        Assert.Contains("gemma2", result.Error, StringComparison.Ordinal);
    }
}
