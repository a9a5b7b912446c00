namespace LlamaNative.Tests.Cli;

/// <summary>The sample, run as a process with pipes.</summary>
public sealed class ConsoleChatTests
{
    [Fact]
    public async Task Each_line_gets_an_answer_and_the_cache_keeps_the_conversation()
    {
        using var tiny = new TinyModel();
        ToolResult result = await Tool.RunChatSampleAsync(
            "Once\n/stats\n\nTwice\n/stats\n/nonsense\n", "--model", tiny.Path, "--threads", "1", "--temp", "0", "--max-tokens", "4");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("chatml, as the model has no template", result.Error, StringComparison.Ordinal);
        Assert.Contains("there is no command /nonsense", result.Error, StringComparison.Ordinal);

        // After the first answer, the cache contains the prompt and the answer except its last token, which was not evaluated.
        string[] stats = [.. result.Error.Split('\n').Where(line => line.StartsWith("prompt", StringComparison.Ordinal))];
        Assert.Equal(2, stats.Length);
        Assert.Contains(": 0 from the cache", stats[0], StringComparison.Ordinal);
        int first = int.Parse(stats[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null);
        int cached = int.Parse(stats[1].Split(": ")[1].Split(' ')[0], null);
        Assert.InRange(cached, first, first + 3);
    }

    [Fact]
    public async Task The_clock_is_a_tool_and_others_there_are_none()
    {
        using var tiny = new TinyModel(new TinyModelOptions { ContextLength = 4096 });
        string[] arguments = ["--model", tiny.Path, "--threads", "1", "--temp", "0", "--max-tokens", "4", "--tools"];
        ToolResult clock = await Tool.RunChatSampleAsync("Once\n", [.. arguments, "clock"]);
        Assert.True(clock.ExitCode == 0, clock.Error);
        Assert.NotEmpty(clock.Text.Trim());
        ToolResult other = await Tool.RunChatSampleAsync("Once\n", [.. arguments, "hammer"]);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("no tool 'hammer'", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_model_it_says_how_to_name_one()
    {
        // A clone with the repository's model answers instead.
        bool hasModel = File.Exists(Repository.PathOf("models", "tiny-chat.gguf"));
        ToolResult result = await Tool.RunChatSampleAsync("", []);
        Assert.Equal(hasModel ? 0 : 2, result.ExitCode);
        Assert.Equal(!hasModel, result.Error.Contains("--model path/to/model.gguf", StringComparison.Ordinal));
        Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    /// <summary>The README's command on a fresh clone: no option, no download.</summary>
    [Fact]
    public async Task Without_options_the_repositorys_own_model_answers()
    {
        ToolResult result = await Tool.RunChatSampleAsync("Hello!\nMy name is Ada.\nWhat is my name?\n", "--temp", "0", "--threads", "1");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Hello! How can I help you?", result.Text, StringComparison.Ordinal);
        Assert.Contains("Your name is Ada.", result.Text, StringComparison.Ordinal);
        Assert.Contains("the model's template", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--context is -5; it must be", "--context", "-5")]
    [InlineData("--top-p is 8; it must be", "--top-p", "8")]
    [InlineData("--lora takes FILE or FILE:SCALE", "--lora", "lora.gguf:half")]
    [InlineData("built-in templates are", "--template", "nope")]
    public async Task A_wrong_value_is_told_in_the_words_of_the_command_line(string expected, string option, string value)
    {
        using var tiny = new TinyModel();
        ToolResult result = await Tool.RunChatSampleAsync("hello\n", "--model", tiny.Path, option, value);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Actual value", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "does not exist", "--model", "no-such.gguf")]
    [InlineData(2, "'--modle'", "--modle", "x.gguf")]
    [InlineData(2, "needs a value", "--model")]
    [InlineData(2, "'warm'", "--temp", "warm")]
    [InlineData(2, "--max-tokens", "--max-tokens", "0")]
    [InlineData(2, "x.gguf", "x.gguf")]
    [InlineData(2, "at --context", "--context", "99999999999")]
    [InlineData(1, "--chat-template-kwargs takes a JSON object", "--chat-template-kwargs", "{a")]
    public async Task A_mistake_is_told_without_a_stack_trace(int exitCode, string expected, params string[] arguments)
    {
        ToolResult result = await Tool.RunChatSampleAsync("hello\n", arguments);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }
}
