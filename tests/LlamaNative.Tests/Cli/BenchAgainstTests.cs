using System.Text.Json;

namespace LlamaNative.Tests.Cli;

/// <summary>`bench` compared with another command, and with a depth; `plan` on the command line.</summary>
public sealed class BenchAgainstTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Each_round_has_a_speed_of_both_and_the_ratio_between()
    {
        ToolResult result = await Tool.RunAsync("bench", "-m", _model.Path, "-p", "8", "-n", "0", "-r", "3",
            "-t", "1", "-o", "json", "--against", "echo at 100 tokens per second");
        JsonElement test = Assert.Single(result.Json().EnumerateArray());
        Assert.Equal("pp8", test.GetProperty("test").GetString());
        double[] ours = [.. test.GetProperty("ours").EnumerateArray().Select(number => number.GetDouble())];
        Assert.Equal(3, ours.Length);
        Assert.Equal([100, 100, 100], test.GetProperty("theirs").EnumerateArray().Select(number => number.GetDouble()));
        Assert.Equal(ours.Order().ElementAt(1) / 100, test.GetProperty("ratio").GetDouble(), tolerance: 0.001);
    }

    [Theory]
    [InlineData("no-such-command-anywhere", "cannot be started")]
    [InlineData("echo nothing of note", "printed no tokens per second")]
    [InlineData("dotnet no-such-thing.dll", "exited with code")]
    public async Task A_peer_that_fails_ends_it_with_the_reason(string command, string reason)
    {
        ToolResult result = await Tool.RunAsync("bench", "-m", _model.Path, "-p", "4", "-n", "0", "-r", "1",
            "-t", "1", "--against", command);
        Assert.Equal((1, 0), (result.ExitCode, result.Output.Length));
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    // The names are llama-bench's for -p 4 -n 2 -pg 4,2 -d 0,8.
    [Fact]
    public async Task Tests_behind_a_depth_and_of_both_kinds_have_llama_benchs_names()
    {
        ToolResult result = await Tool.RunAsync("bench", "-m", _model.Path, "-p", "4", "-n", "2", "-pg", "4,2",
            "-d", "0,8", "-r", "1", "-t", "1");
        Assert.Equal(0, result.ExitCode);
        string[] names = [.. result.Text.Split('\n')[2..8].Select(line => line.Split('|')[^3].Trim())];
        Assert.Equal(["pp4", "tg2", "pp4+tg2", "pp4 @ d8", "tg2 @ d8", "pp4+tg2 @ d8"], names);
    }

    [Fact]
    public async Task Plan_prints_the_figures_and_refuses_what_does_not_fit()
    {
        JsonElement plan = (await Tool.RunAsync("plan", "-m", _model.Path, "-c", "300", "--json")).Json();
        Assert.Equal(512, plan.GetProperty("contextSize").GetInt32());
        Assert.True(plan.GetProperty("fits").GetBoolean());
        Assert.True(plan.GetProperty("devices")[0].GetProperty("cache").GetInt64() > 0);
        Assert.Contains("CPU", (await Tool.RunAsync("plan", "-m", _model.Path)).Text, StringComparison.Ordinal);

        ToolResult tooLarge = await Tool.RunAsync("plan", "-m", _model.Path, "--budget", "0");
        Assert.Equal((1, 0), (tooLarge.ExitCode, tooLarge.Output.Length));
        Assert.Contains("0 MiB may be used", tooLarge.Error, StringComparison.Ordinal);
    }
}
