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
    [InlineData("--lora takes FILE or FILE:SCALE", "run", "-m", "x.gguf", "-p", "x", "--lora", "x.gguf:half")]
    [InlineData("--control-vector takes FILE", "bench", "-m", "x.gguf", "--control-vector", "x.gguf:")]
    [InlineData("needs a --control-vector", "chat", "-m", "x.gguf", "--control-vector-layer-range", "1", "2")]
    [InlineData("--chat-template-kwargs takes a JSON object", "chat", "-m", "x.gguf", "--chat-template-kwargs", "{enable_thinking: false}")]
    [InlineData("--chat-template-kwargs takes a JSON object", "run", "-m", "x.gguf", "-p", "x", "--chat-template-kwargs", "[1]")]
    [InlineData("half of a surrogate pair", "chat", "-m", "x.gguf", "--chat-template-kwargs", "{\"\\ud800\": 1}")]
    [InlineData("half of a surrogate pair", "run", "-m", "x.gguf", "-p", "x", "--chat-template-kwargs", "{\"a\": [\"\\udc00\"]}")]
    [InlineData("cannot set 'messages'", "chat", "-m", "x.gguf", "--chat-template-kwargs", "{\"messages\": []}")]
    [InlineData("'q3'", "run", "-m", "x.gguf", "-p", "x", "-ctk", "q3")]
    [InlineData("'world'", "tokenize", "-m", "x.gguf", "hello", "world")]
    [InlineData("--n-prompt", "bench", "-m", "x.gguf", "-p", "1-64*1")]
    [InlineData("--n-gen", "bench", "-m", "x.gguf", "-n", "1-2147483647")]
    [InlineData("'xml'", "bench", "-m", "x.gguf", "-o", "xml")]
    [InlineData("--temp takes a number such as 0.5, not 'warm'", "run", "-m", "x.gguf", "-p", "x", "--temp", "warm")]
    [InlineData("--predict takes a whole number, not 'x'", "run", "-m", "x.gguf", "-p", "x", "-n", "x")]
    [InlineData("--predict takes a whole number from", "run", "-m", "x.gguf", "-p", "x", "-n", "99999999999")]
    [InlineData("--seed takes a whole number from 0", "merge", "x.yaml", "--seed", "-1")]
    [InlineData("--tool-choice takes Auto or Required, not 'no'", "chat", "-m", "x.gguf", "--tool-choice", "no")]
    [InlineData("--pooling takes None, Mean, Cls or Last, not 'Rank'", "embed", "-m", "x.gguf", "--pooling", "Rank", "x")]
    [InlineData("--samplers has adaptive_p before top_k", "run", "-m", "x.gguf", "-p", "x", "--samplers", "adaptive_p;top_k")]
    public async Task A_wrong_command_line_is_a_usage_error(string expected, params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync([.. arguments.Where(argument => argument.Length > 0)]);
        AssertFailed(result, 2, expected);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("LlamaNative.", result.Error, StringComparison.Ordinal);
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

    /// <summary>What a user of the command line can change is an option of it, not a property of the library.</summary>
    [Theory]
    [InlineData("--ctx-size is -3", "ContextSize", "run", "-p", "x", "-c", "-3")]
    [InlineData("--top-p is 7", "TopP", "run", "-p", "x", "--top-p", "7")]
    [InlineData("--threads is 0", "Threads", "chat", "-t", "0")]
    [InlineData("--override-tensor for", "TensorPlacements", "run", "-p", "x", "-ot", "x=CUDA77")]
    [InlineData("Lower --ctx-size", "ContextOptions", "plan", "-c", "100000000")]
    [InlineData("--top is 0; it must be at least 1", "('0')", "logits", "-p", "x", "--top", "0")]
    [InlineData("--repetitions is 0; it must be from 1 to 100000", "('0')", "bench", "-r", "0")]
    [InlineData("--threads is 0; it must be at least 1", "('0')", "trace", "-p", "x", "-t", "0")]
    [InlineData("--mirostat is 7; it must be from 0 to 2", "Disabled", "run", "-p", "x", "--mirostat", "7")]
    [InlineData("--override-tensor has a pattern", "TensorPlacements", "run", "-p", "x", "-ot", "[=CPU")]
    [InlineData("Lower --ctx-size, or use", "MaxSequences", "run", "-p", "x", "-c", "999999999")]
    [InlineData("--cache-type-v: Q8_0 needs flash attention, which --flash-attn disables", "Options", "run", "-p", "x", "-ctv", "q8_0",
        "-fa", "off")]
    [InlineData("The model cannot rerank", "PoolingType", "rerank", "-q", "x", "y")]
    public async Task An_option_is_called_as_on_the_command_line(string expected, string unexpected, params string[] arguments)
    {
        using var tiny = new TinyModel();
        ToolResult result = await Tool.RunAsync([.. arguments, "-m", tiny.Path]);
        AssertFailed(result, 1, expected);
        Assert.DoesNotContain(unexpected, result.Error, StringComparison.Ordinal);
    }

    /// <summary>The same for the commands that take a model's file as an argument.</summary>
    [Theory]
    [InlineData("set --allow-requantize", "AllowRequantize", "quantize", "MODEL", "OUT", "Q8_0")]
    [InlineData("--imatrix: The file", "path", "quantize", "MODEL", "OUT", "Q8_0", "--imatrix", "none.gguf")]
    [InlineData("--type is Q9", "OutputType", "merge", "RECIPE", "--output", "OUT", "--type", "Q9")]
    [InlineData("--post-t is 7", "PostLayerT", "merge", "RECIPE", "--output", "OUT", "--post-t", "7")]
    public async Task An_option_of_a_file_command_is_called_as_on_the_command_line(
        string expected, string unexpected, params string[] arguments)
    {
        using var tiny = new TinyModel();
        string quantized = Path.Combine(_folder, "q.gguf");
        Assert.Equal(0, (await Tool.RunAsync("quantize", tiny.Path, quantized, "Q4_0")).ExitCode);
        string recipe = Path.Combine(_folder, "r.yaml");
        await File.WriteAllTextAsync(recipe, $"merge_method: linear\nmodels:\n  - model: {tiny.Path}\n    parameters: {{weight: 1}}\n");
        ToolResult result = await Tool.RunAsync([.. arguments.Select(argument => argument switch
        {
            "MODEL" => quantized,
            "OUT" => Path.Combine(_folder, "out.gguf"),
            "RECIPE" => recipe,
            _ => argument,
        })]);
        AssertFailed(result, 1, expected);
        Assert.DoesNotContain(unexpected, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inspect", "FOLDER")]
    [InlineData("run", "-m", "x.gguf", "-f", "FOLDER")]
    [InlineData("chat", "-m", "x.gguf", "--tools", "FOLDER")]
    [InlineData("grammar", "-j", "FOLDER")]
    public async Task A_folder_in_the_place_of_a_file_is_called_a_folder(params string[] arguments) => AssertFailed(
        await Tool.RunAsync([.. arguments.Select(argument => argument == "FOLDER" ? _folder : argument)]), 1,
        $"'{_folder}' is a folder, not a file.");

    [Fact]
    public async Task Wrong_json_is_told_with_its_line_as_editors_count()
    {
        string path = Path.Combine(_folder, "tools.json");
        await File.WriteAllTextAsync(path, "[\n  {]\n]");
        AssertFailed(await Tool.RunAsync("chat", "-m", "x.gguf", "--tools", path), 1, "(line 2, byte 4)");
        AssertFailed(await Tool.RunAsync("render", "--template", path, "--messages", path), 1, "(line 2, byte 4)");
        AssertFailed(await Tool.RunAsync("grammar", "-j", path), 1, "(line 2, byte 4)");
    }

    /// <summary>A schema that cannot be used names the tool, and the property where it stands.</summary>
    [Fact]
    public async Task A_wrong_schema_names_tool_and_property()
    {
        string path = Path.Combine(_folder, "tools.json");
        await File.WriteAllTextAsync(path, """
            [{"name": "lamp", "parameters": {"type": "object", "properties": {"colour": {"type": "strin"}}}}]
            """);
        using var tiny = new TinyModel(new TinyModelOptions { ContextLength = 4096 });
        ToolResult result = await Tool.RunAsync("Hello\n"u8.ToArray(), "chat", "-m", tiny.Path, "--tools", path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'lamp'", result.Error, StringComparison.Ordinal);
        Assert.Contains("colour", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_named_and_not_a_temporary_file()
    {
        using var tiny = new TinyModel();
        string path = Path.Combine(_folder, "none", "out.gguf");
        ToolResult result = await Tool.RunAsync("quantize", tiny.Path, path, "Q8_0");
        AssertFailed(result, 1, $"'{path}' cannot be written: the folder '{Path.GetDirectoryName(path)}' does not exist");
        ToolResult chat = await Tool.RunAsync("Hello\n"u8.ToArray(), "chat", "-m", tiny.Path, "-n", "2", "--session", path);
        Assert.Contains($"the folder '{Path.GetDirectoryName(path)}' does not exist", chat.Error, StringComparison.Ordinal);
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
