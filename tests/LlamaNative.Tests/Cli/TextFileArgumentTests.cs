using System.Text;

namespace LlamaNative.Tests.Cli;

/// <summary>
/// Text files saved by Notepad (UTF-8 with a byte order mark) and by Windows PowerShell (UTF-16) mean the same as plain ones, for every
/// option that reads one.
/// </summary>
public sealed class TextFileArgumentTests : IDisposable
{
    private const string Schema = """{"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}""";
    private const string Grammar = "root ::= \"yes\"";
    private const string Template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
    private const string Tools = """[{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]""";
    private const string Variables = """{"messages": [{"role": "user", "content": "Grüß dich"}], "add_generation_prompt": true}""";

    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task Prompts_give_the_same_tokens_and_answers(string name)
    {
        Encoding encoding = Marked(name);
        // tiny-chat.gguf's corpus has this answer (TinyChatModelTests).
        string[] run = ["run", "-m", Repository.TinyChat, "-n", "3", "--temp", "0", "-t", "1"];
        const string Prompt = "The answer to the ultimate question of life, the universe, and everything is";
        Assert.Equal(" 42.", (await Tool.RunAsync([.. run, "-f", Save(Prompt, encoding)])).Text);
        Assert.Equal(" 42.", (await Tool.RunAsync(Bytes(Prompt, encoding), [.. run, "-p", "-"])).Text);
        string[] tokenize = ["tokenize", "-m", Repository.TinyChat];
        Assert.Equal((await Tool.RunAsync([.. tokenize, "abc"])).Text, (await Tool.RunAsync(Bytes("abc", encoding), tokenize)).Text);
        string[] perplexity = ["perplexity", "-m", Repository.TinyChat, "-c", "32", "-t", "1", "-f"];
        string text = string.Concat(Enumerable.Repeat("A lemon is yellow. ", 40));
        ToolResult plain = await Tool.RunAsync([.. perplexity, Save(text, new UTF8Encoding(false))]);
        Assert.True(plain.ExitCode == 0, plain.Error);
        Assert.Equal(Perplexity(plain), Perplexity(await Tool.RunAsync([.. perplexity, Save(text, encoding)])));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task Schemas_grammars_templates_tools_and_messages_are_read(string name)
    {
        Encoding encoding = Marked(name);
        string[] run = ["run", "-m", Repository.TinyChat, "-p", "x", "-n", "20", "--temp", "0", "-t", "1"];
        ToolResult grammar = await Tool.RunAsync("grammar", "-j", Save(Schema, encoding));
        Assert.True(grammar.ExitCode == 0, grammar.Error);
        Assert.True((await Tool.RunAsync([.. run, "-j", Save(Schema, encoding)])).Json().TryGetProperty("a", out _));
        Assert.Equal("yes", (await Tool.RunAsync([.. run, "--grammar-file", Save(Grammar, encoding)])).Text);
        Assert.Equal("yes", (await Tool.RunAsync([.. run, "--grammar", Save(Grammar, encoding)])).Text);
        Assert.Equal("yes", (await Tool.RunAsync([.. run, "--grammar", "\uFEFF" + Grammar])).Text);

        const string Rendered = "<|im_start|>user\nGrüß dich<|im_end|>\n<|im_start|>assistant\n";
        Assert.Equal(Rendered,
            (await Tool.RunAsync("render", "--template", Save(Template, encoding), "--messages", Save(Variables, encoding))).Text);

        ToolResult chat = await Tool.RunAsync(
            "Hello!\n"u8.ToArray(), "chat", "-m", Repository.TinyChat, "--temp", "0", "-n", "40", "-t", "1",
            "--template", Save(Template, encoding), "--tools", Save(Tools, encoding));
        Assert.True(chat.ExitCode == 0, chat.Error);
        Assert.DoesNotContain('\uFEFF', chat.Text);
        Assert.Equal("Hello! How can I help you?\n", (await Tool.RunAsync(
            Bytes("Hello!\n", encoding), "chat", "-m", Repository.TinyChat, "--temp", "0", "-n", "40", "-t", "1")).Text);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task Recipes_are_read_from_files_and_from_stdin(string name)
    {
        Encoding encoding = Marked(name);
        string recipe = $"merge_method: linear\nmodels:\n  - model: {Repository.TinyChat}\n    parameters:\n      weight: 1\n";
        ToolResult file = await Tool.RunAsync("merge", Save(recipe, encoding), "--plan");
        Assert.True(file.ExitCode == 0, file.Error);
        ToolResult stdin = await Tool.RunAsync(Bytes(recipe, encoding), "merge", "-", "--plan");
        Assert.True(stdin.ExitCode == 0, stdin.Error);
        Assert.Equal(file.Text, stdin.Text);
    }

    /// <summary>The encoding with its byte order mark, which .NET writes for these names.</summary>
    private static Encoding Marked(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        Assert.NotEmpty(encoding.GetPreamble());
        return encoding;
    }

    private string Save(string text, Encoding encoding)
    {
        string path = _files.NewPath();
        File.WriteAllBytes(path, Bytes(text, encoding));
        return path;
    }

    private static byte[] Bytes(string text, Encoding encoding) => [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];

    private static double Perplexity(ToolResult result) => result.Json().GetProperty("perplexity").GetDouble();
}
