namespace LlamaNative.Tests.Cli;

/// <summary>
/// A failing command prints the reason as one line on stderr and nothing on stdout, and sets its exit code. No model is needed.
/// </summary>
public sealed class ToolErrorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llamanative-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Required command", "")]
    [InlineData("'walk'", "walk")]
    [InlineData("--model", "run", "-p", "x")]
    [InlineData("--prompt", "run", "-m", "x.gguf")]
    [InlineData("--prompt or --file", "run", "-m", "x.gguf", "-p", "x", "-f", "y")]
    [InlineData("--bogus", "run", "-m", "x.gguf", "-p", "x", "--bogus")]
    [InlineData("'warm'", "run", "-m", "x.gguf", "-p", "x", "--temp", "warm")]
    [InlineData("--seed", "run", "-m", "x.gguf", "-p", "x", "--seed", "-2")]
    [InlineData("--logit-bias", "run", "-m", "x.gguf", "-p", "x", "--logit-bias", "15043")]
    [InlineData("'top_z'", "run", "-m", "x.gguf", "-p", "x", "--samplers", "top_k;top_z")]
    [InlineData("--grammar-file", "run", "-m", "x.gguf", "-p", "x", "--grammar", "a", "--grammar-file", "b")]
    [InlineData("--gpu-layers", "run", "-m", "x.gguf", "-p", "x", "-ngl", "some")]
    [InlineData("'q3'", "run", "-m", "x.gguf", "-p", "x", "-ctk", "q3")]
    [InlineData("'world'", "tokenize", "-m", "x.gguf", "hello", "world")]
    [InlineData("--n-prompt", "bench", "-m", "x.gguf", "-p", "1-64*1")]
    [InlineData("--n-gen", "bench", "-m", "x.gguf", "-n", "1-2147483647")]
    [InlineData("'xml'", "bench", "-m", "x.gguf", "-o", "xml")]
    public async Task A_wrong_command_line_is_a_usage_error(string expected, params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync([.. arguments.Where(argument => argument.Length > 0)]);
        AssertFailed(result, 2, expected);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "-p", "x")]
    [InlineData("chat")]
    [InlineData("tokenize", "x")]
    [InlineData("detokenize", "1")]
    [InlineData("logits", "-p", "x")]
    [InlineData("bench")]
    public async Task A_missing_model_is_named(params string[] arguments)
    {
        string path = Path.Combine(_folder, "no such Mödel.gguf");
        AssertFailed(await Tool.RunAsync([.. arguments, "-m", path]), 1, $"The model file '{path}' does not exist.");
    }

    [Fact]
    public async Task A_file_of_garbage_is_refused_with_the_reason()
    {
        string path = Path.Combine(_folder, "garbage.gguf");
        byte[] garbage = new byte[4096];
        new Random(1).NextBytes(garbage);
        await File.WriteAllBytesAsync(path, garbage);
        AssertFailed(await Tool.RunAsync("run", "-m", path, "-p", "x"), 1, "does not start with 'GGUF'");
    }

    [Fact]
    public async Task A_missing_prompt_file_is_named() =>
        AssertFailed(await Tool.RunAsync("run", "-m", "x.gguf", "-f", Path.Combine(_folder, "prompt.txt")), 1, "prompt.txt");

    [Fact]
    public async Task A_prompt_that_is_no_text_is_refused() =>
        AssertFailed(await Tool.RunAsync([0x61, 0xFF], "run", "-m", "x.gguf", "-p", "-"), 1, "UTF-8");

    /// <summary>The library's messages name its own options, which the command line does not have.</summary>
    [Fact]
    public async Task A_text_that_is_too_long_is_told_in_the_words_of_the_tool()
    {
        string bert = ModelFile.Bert(pooling: 1).Save(Path.Combine(_folder, "bert.gguf"));
        string reranker = ModelFile.Bert(pooling: 4, classes: ["score"]).Save(Path.Combine(_folder, "reranker.gguf"));
        string text = string.Join(' ', Enumerable.Repeat("x", 2500));
        foreach (ToolResult result in new[]
        {
            await Tool.RunAsync("embed", "-m", bert, text),
            await Tool.RunAsync("rerank", "-m", reranker, "-q", "x", text),
        })
        {
            AssertFailed(result, 1, "--truncate");
            Assert.DoesNotContain("Options", result.Error, StringComparison.Ordinal);
        }

        using var tiny = new TinyModel();
        ToolResult prompt = await Tool.RunAsync("run", "-m", tiny.Path, "-c", "256", "-p", text);
        AssertFailed(prompt, 1, "--ctx-size");
        Assert.DoesNotContain("ContextSize", prompt.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_asked_for_and_so_a_success()
    {
        ToolResult result = await Tool.RunAsync("run", "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("--repeat-penalty", result.Text, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Devices_lists_the_cpu()
    {
        ToolResult result = await Tool.RunAsync("devices", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(result.Json().EnumerateArray(), device => device.GetProperty("kind").GetString() == "Cpu");
    }

    private static void AssertFailed(ToolResult result, int exitCode, string expected)
    {
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.DoesNotContain(" at LlamaNative", result.Error, StringComparison.Ordinal);
    }
}
