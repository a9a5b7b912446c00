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
}
