using System.Text;

namespace LlamaNative.Tests.Chat;

/// <summary>Malicious templates and variables, passed to the tool.</summary>
public sealed class HostileInputTests
{
    [Fact]
    public async Task The_tool_tells_what_is_wrong_with_its_files_in_one_line()
    {
        using var files = new TemporaryFolder();
        string template = files.NewPath();
        string messages = files.NewPath();
        (string Template, string Messages)[] pairs =
        [
            ("{{ messages }}", "{\"messages\":" + Repeat("[", 10_000) + Repeat("]", 10_000) + "}"),
            ("{{ messages }}", "[]"),
            ("{{ messages }}", "\"\\ud800\""),
            ("{{ messages }}", "{\"messages\":1e999} x"),
            (Repeat("{% if 1 %}", 10_000), "{}"),
            ("{{ " + Repeat("(", 10_000), "{}"),
            ("{{ messages[0].x.y }}", "{\"messages\":[]}"),
        ];
        foreach ((string source, string variables) in pairs)
        {
            await File.WriteAllTextAsync(template, source);
            await File.WriteAllTextAsync(messages, variables);
            ToolResult result = await Tool.RunAsync("render", "--template", template, "--messages", messages);
            Assert.True(result.ExitCode == 1, $"{source[..Math.Min(40, source.Length)]}: {result.ExitCode} {result.Error}");
            Assert.DoesNotContain("unexpected", result.Error, StringComparison.Ordinal);
            Assert.Single(result.Error.Trim().Split('\n'));
        }
    }

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
}
