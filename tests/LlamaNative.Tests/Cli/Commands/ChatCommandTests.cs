using System.Text;
using System.Text.Json;
using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Cli;

/// <summary>The commands that generate text; each run is a separate process.</summary>
public sealed class ChatCommandTests
{
    private static readonly string s_model = Repository.TinyChat;

    [Fact]
    public async Task A_conversation_goes_on_in_another_process_with_its_cache()
    {
        using var files = new TemporaryFolder();
        string session = files.NewPath();
        string[] arguments = ["chat", "-m", s_model, "--template", "chatml", "--session", session, "-n", "12", "--temp", "0", "-t", "1"];
        ToolResult first = await Tool.RunAsync(Encoding.UTF8.GetBytes("Tom went out\n"), arguments);
        Assert.True(first.ExitCode == 0, first.Error);
        ToolResult second = await Tool.RunAsync(Encoding.UTF8.GetBytes("Why?\n"), arguments);
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.Contains("of 2 messages, with its cache", second.Error, StringComparison.Ordinal);

        // The same in one process.
        using LlamaModel model = LlamaModel.Load(s_model);
        using var context = new LlamaContext(model, new ContextOptions { Threads = 1 });
        var whole = new ChatSession(context, new ChatSessionOptions { Format = ChatFormat.FromName(model, "chatml") });
        var options = new GenerationOptions { MaxTokens = 12, Sampling = SamplingOptions.Greedy };
        Assert.Equal(first.Text, (await whole.SendAsync("Tom went out", options).CompleteAsync()).Content + "\n");
        Assert.Equal(second.Text, (await whole.SendAsync("Why?", options).CompleteAsync()).Content + "\n");

        // A file that is not a conversation is reported as an error and left unchanged.
        await File.WriteAllTextAsync(session, "nonsense");
        ToolResult damaged = await Tool.RunAsync(Encoding.UTF8.GetBytes("Why?\n"), arguments);
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains("cannot be loaded", damaged.Error, StringComparison.Ordinal);
        Assert.Equal("nonsense", await File.ReadAllTextAsync(session));
    }

    [Fact]
    public async Task Calls_are_printed_as_json_and_their_results_read_as_lines()
    {
        using var files = new TemporaryFolder();
        using var tiny = new TinyModel(new TinyModelOptions { ContextLength = 4096 });
        string tools = files.NewPath();
        await File.WriteAllTextAsync(tools, """
            [{"type": "function", "function": {"name": "lamp", "description": "Switches the lamp.",
              "parameters": {"type": "object", "properties": {"on": {"type": "boolean"}}, "required": ["on"]}}}]
            """);
        ToolResult result = await Tool.RunAsync(
            Encoding.UTF8.GetBytes("Light, please\ndone\n"),
            "chat", "-m", tiny.Path, "--template", "chatml", "--tools", tools, "--tool-choice", "Required",
            "-n", "100", "--seed", "1", "-t", "1");
        Assert.True(result.ExitCode == 0, result.Error);
        string[] calls = [.. result.Text.Split('\n').Where(line => line.StartsWith('{'))];

        // Required forces the answer to the user's message to be a call, but not the answer to the tool's result.
        JsonElement call = JsonDocument.Parse(Assert.Single(calls)).RootElement.GetProperty("tool_call");
        Assert.Equal("lamp", call.GetProperty("name").GetString());
        Assert.True(call.GetProperty("arguments").GetProperty("on").ValueKind is JsonValueKind.True or JsonValueKind.False);
    }

    /// <summary>Markers that start no call: in an example that is a part of the answer, and in thoughts.</summary>
    [Theory]
    [InlineData("gemma", "An example:\n```json\n{\"a\": 1}\n```\nDone.")]
    [InlineData("HERMES", "<think>\nMaybe a <tool_call> is not needed.\n</think>\n\nHello.")]
    public async Task A_text_that_only_looks_like_a_call_is_left_as_it_is(string template, string text)
    {
        using var files = new TemporaryFolder();
        string hermes = files.Write("hermes.jinja", """
            {% for m in messages %}<|im_start|>{{ m.role }}
            {{ m.content }}{% for c in m.tool_calls %}<tool_call>
            {{ c.function | tojson }}
            </tool_call>{% endfor %}<|im_end|>
            {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
            {% endif %}
            """u8.ToArray());
        string tools = files.Write("tools.json",
            """[{"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}]"""u8.ToArray());
        string literal = text.Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        ToolResult result = await Tool.RunAsync(
            Encoding.UTF8.GetBytes("Hello\n"), "chat", "-m", Repository.TinyChat, "--temp", "0", "-n", "60", "-c", "2048", "-t", "1",
            "--chat-template", template == "HERMES" ? hermes : template, "--tools", tools, "--grammar", $"root ::= \"{literal}\"");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(text + "\n", result.Text);
    }

    /// <summary>Tools of the Model Context Protocol, one of them with a keyword that a grammar cannot express.</summary>
    [Fact]
    public async Task What_a_tool_is_not_held_to_is_told()
    {
        using var files = new TemporaryFolder();
        using var tiny = new TinyModel(new TinyModelOptions { ContextLength = 4096 });
        string tools = files.NewPath();
        await File.WriteAllTextAsync(tools, """
            [{"name": "tag", "inputSchema": {"type": "object", "properties": {"on": {"type": "boolean"}, "names": {"type": "array",
              "items": {"type": "boolean"}, "maxItems": 2, "uniqueItems": true}}, "required": ["on", "names"]}}]
            """);
        ToolResult result = await Tool.RunAsync(
            Encoding.UTF8.GetBytes("Tag it\n"),
            "chat", "-m", tiny.Path, "--template", "chatml", "--tools", tools, "--tool-choice", "Required",
            "-n", "200", "--seed", "1", "-t", "1");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("warning: the tool 'tag': '#/properties/names/uniqueItems' is ignored", result.Error, StringComparison.Ordinal);
        string call = Assert.Single(result.Text.Split('\n'), line => line.StartsWith('{'));
        JsonElement arguments = JsonDocument.Parse(call).RootElement.GetProperty("tool_call").GetProperty("arguments");
        Assert.True(arguments.GetProperty("on").ValueKind is JsonValueKind.True or JsonValueKind.False);
    }

    [Theory]
    [InlineData("{}", "does not contain a JSON array")]
    [InlineData("[{}]", "has no name")]
    [InlineData("[{\"name\": \"f\", \"parameters\": []}]", "parameters")]
    [InlineData("[", "is not JSON")]
    public async Task Invalid_tools_are_reported(string text, string expected)
    {
        using var files = new TemporaryFolder();
        string tools = files.NewPath();
        await File.WriteAllTextAsync(tools, text);
        ToolResult result = await Tool.RunAsync("chat", "-m", "none.gguf", "--tools", tools);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_are_ranked()
    {
        using var files = new TemporaryFolder();
        string model = files.Save(ModelFile.Bert(pooling: 4, classes: ["score"]));
        ToolResult result = await Tool.RunAsync("rerank", "-m", model, "-q", "the cat", "-t", "1", "the dog sat",
            "a cat sat on the mat", "mat");
        JsonElement[] ranked = [.. result.Json().EnumerateArray()];
        Assert.Equal([0, 1, 2], ranked.Select(document => document.GetProperty("index").GetInt32()).Order());
        float[] scores = [.. ranked.Select(document => document.GetProperty("score").GetSingle())];
        Assert.Equal(scores.OrderDescending(), scores);

        // The expected numbers come from the library; RerankerTests computes them by hand.
        using LlamaModel loaded = LlamaModel.Load(model);
        using var reranker = new Reranker(loaded, new EmbeddingOptions { Threads = 1 });
        Assert.Equal(reranker.Rank("the cat", ["the dog sat", "a cat sat on the mat", "mat"]).Select(document => document.Index),
            ranked.Select(document => document.GetProperty("index").GetInt32()));

        ToolResult noHead = await Tool.RunAsync("rerank", "-m", files.Save(ModelFile.Bert()), "-q", "x", "y");
        Assert.Equal(1, noHead.ExitCode);
        Assert.Contains("head", noHead.Error, StringComparison.Ordinal);
    }
}
