using System.Text.Json;

namespace LlamaNative.Tests.Cli;

/// <summary>A prompt that already starts with BOS gets a second one; the tool warns about it, and --no-bos omits it.</summary>
public sealed class PromptArgumentsTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private const string Warning = "two BOS tokens";

    [Theory]
    [InlineData("the cat", 1, false)]
    [InlineData("the cat", 0, false, "--no-bos")]
    [InlineData("<s>the cat", 2, true, "--parse-special")]
    [InlineData("<s>the cat", 1, false, "--parse-special", "--no-bos")]
    public async Task Every_begin_of_text_token_is_counted(string prompt, int expected, bool warned, params string[] options)
    {
        ToolResult plain = await Tool.RunAsync("tokenize", "-m", tiny.Path, "the cat");
        ToolResult result = await Tool.RunAsync(["run", "-m", tiny.Path, "-p", prompt, "-n", "1", "-t", "1", "--json", .. options]);
        JsonElement usage = result.Json().GetProperty("usage");
        Assert.Equal(plain.Json().GetArrayLength() + expected, usage.GetProperty("promptTokens").GetInt32());
        Assert.Equal(warned, result.Error.Contains(Warning, StringComparison.Ordinal));
        Assert.Equal(warned, result.Error.Contains("--no-bos", StringComparison.Ordinal));

        ToolResult logits = await Tool.RunAsync(["logits", "-m", tiny.Path, "-p", prompt, "-t", "1", .. options]);
        Assert.True(logits.ExitCode == 0, logits.Error);
        Assert.Equal(warned, logits.Error.Contains(Warning, StringComparison.Ordinal));
    }

    /// <summary>White space before the BOS token does not hide it, and neither does the absence of the one for the model.</summary>
    [Theory]
    [InlineData("\n<s>the cat", "two BOS tokens, the one added")]
    [InlineData("<s> <s>the cat", "3 BOS tokens, the one added")]
    [InlineData("<s><s>the cat", "two BOS tokens of its own", "--no-bos")]
    [InlineData(" <s>the cat", "", "--no-bos")]
    [InlineData("the<s>cat", "")]
    public async Task A_second_begin_of_text_token_is_found_wherever_the_prompt_begins(
        string prompt, string expected, params string[] options)
    {
        ToolResult result = await Tool.RunAsync(["logits", "-m", tiny.Path, "-p", prompt, "-t", "1", "--parse-special", .. options]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(expected.Length > 0, result.Error.Length > 0);
    }

    [Fact]
    public async Task Tokenize_warns_too()
    {
        ToolResult result = await Tool.RunAsync("tokenize", "-m", tiny.Path, "<s>the cat", "--parse-special", "--add-special");
        Assert.Contains("two BOS tokens", result.Error, StringComparison.Ordinal);
        Assert.Empty((await Tool.RunAsync("tokenize", "-m", tiny.Path, "<s>the cat", "--parse-special")).Error);
    }
}
