namespace LlamaNative.Tests.Cli;

/// <summary>
/// The commands with models that do not simply continue text: an encoder-decoder (T5), an encoder (BERT), a diffusion model.
/// </summary>
public sealed class ArchitectureCommandTests : IDisposable
{
    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("run", "-p", "the cat", "-n", "2", "--temp", "0")]
    [InlineData("logits", "-p", "the cat")]
    [InlineData("bench", "-p", "8", "-n", "4", "-pg", "8,4", "-d", "0,8", "-r", "1", "-t", "1")]
    [InlineData("chat", "-n", "2")]
    public async Task An_encoder_decoder_answers(params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync("the cat\nstop\n"u8.ToArray(), [.. arguments, "-m", Save("t5")]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.NotEmpty(result.Text.Trim());
    }

    [Fact]
    public async Task Perplexity_of_an_encoder_decoder_is_llama_cpps()
    {
        using var golden = new GoldenModel("t5");
        System.Text.Json.JsonElement expected = golden.Answers.GetProperty("perplexity");
        string text = _files.Write("text.txt", System.Text.Encoding.UTF8.GetBytes(expected.GetProperty("text").GetString()!));
        ToolResult result = await Tool.RunAsync("perplexity", "-m", golden.Path, "-f", text, "-t", "1");
        Assert.Equal(
            expected.GetProperty("mean_nll").GetDouble(), result.Json().GetProperty("meanNll").GetDouble(), GoldenFile.Tolerance(expected));
    }

    [Fact]
    public async Task An_encoder_decoder_does_not_embed()
    {
        ToolResult result = await Tool.RunAsync("embed", "-m", Save("t5"), "the cat");
        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.Contains("encoder-decoder", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "-p", "the cat")]
    [InlineData("logits", "-p", "the cat")]
    [InlineData("chat")]
    [InlineData("bench")]
    [InlineData("perplexity", "-f", "TEXT")]
    public async Task An_embedding_model_says_that_it_cannot_generate(params string[] arguments)
    {
        string text = _files.Write("text.txt", "the cat the cat"u8.ToArray());
        string[] given = [.. arguments.Select(argument => argument == "TEXT" ? text : argument)];
        string bert = Save("bert");
        ToolResult result = await Tool.RunAsync("the cat\n"u8.ToArray(), [.. given, "-m", bert]);
        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.Contains("embeds text and cannot generate", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Tool.RunAsync("embed", "-m", bert, "the cat")).ExitCode);
    }

    /// <summary>Before the first message: with none the tool would otherwise exit as if all were well.</summary>
    [Fact]
    public async Task A_chat_with_an_embedding_model_does_not_begin()
    {
        ToolResult result = await Tool.RunAsync("chat", "-m", Save("bert"));
        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_diffusion_model_says_why_it_cannot_generate()
    {
        string path = ArchitectureModel.Create(ArchitectureTable.Rows.Single(row => row.Name == "llada")).Save(_files.NewPath());
        ToolResult result = await Tool.RunAsync("run", "-m", path, "-p", "the cat");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("diffusion", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_chat_sample_refuses_an_embedding_model()
    {
        ToolResult result = await Tool.RunChatSampleAsync("the cat\n", "--model", Save("bert"));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("cannot generate", result.Error, StringComparison.Ordinal);
    }

    private string Save(string name) => GoldenModels.Random[name].Save(_files[name + ".gguf"]);
}
