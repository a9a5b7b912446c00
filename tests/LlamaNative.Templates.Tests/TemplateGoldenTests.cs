using System.Text;
using System.Text.Json;

namespace LlamaNative.Templates.Tests;

/// <summary>
/// Templates with all kinds of conversations. The output must equal Jinja2's byte for byte, and rendering must fail if Jinja2
/// fails. The record also contains the output of llama.cpp's engine if it differs.
/// </summary>
public sealed class TemplateGoldenTests
{
    private readonly Dictionary<string, Template> _parsed = [];

    [Fact]
    public void Every_conversation_is_rendered_as_Jinja2_renders_it()
    {
        JsonElement golden = GoldenFile.Read("templates.json");
        JsonElement conversations = golden.GetProperty("conversations");
        var failures = new StringBuilder();
        int count = 0;
        int agreed = 0;
        foreach (JsonElement test in golden.GetProperty("renderings").EnumerateArray())
        {
            string template = test.GetProperty("template").GetString()!;
            string conversation = test.GetProperty("conversation").GetString()!;
            string path = GoldenFile.PathOf("templates", template);
            (string? text, TemplateException? error) = Render(path, conversations.GetProperty(conversation));
            Add(failures, $"{template} {conversation}", test.TryGetProperty("output", out JsonElement output)
                ? Compare(text, error, output.GetString()!)
                : Refused(text, error, test.GetProperty("error").GetString()!));
            count++;
            agreed += test.TryGetProperty("llama", out _) ? 0 : 1;
        }

        Assert.True(failures.Length == 0, $"of {count}:\n{failures}");
        Assert.True(agreed > 100, $"only {agreed} of {count} renderings are confirmed by llama.cpp");
    }

    /// <summary>The templates of released models, which are not part of the repository.</summary>
    [RequiresFact(Need.Shared)]
    public void Released_models_templates_are_rendered_as_llama_cpp_and_Jinja2_render_them()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.SharedPathOf("golden/chat_templates.json")));
        var failures = new StringBuilder();
        var counts = new Dictionary<string, int>();
        foreach (JsonElement test in document.RootElement.EnumerateArray())
        {
            string gate = test.GetProperty("gate").GetString()!;
            string path = Repository.SharedPathOf($"golden/templates/{test.GetProperty("template")}");
            (string? text, TemplateException? error) = Render(path, test.GetProperty("variables"));
            Add(failures, $"{gate} {test.GetProperty("id")}", gate switch
            {
                "strict" => Compare(text, error, test.GetProperty("output").GetString()!),
                "error" => Refused(text, error, test.TryGetProperty("raised_message", out JsonElement raised) ? raised.GetString() : null),
                // If llama.cpp's output differs, Jinja2 is right.
                _ => test.TryGetProperty("jinja2_output", out JsonElement output) ? Compare(text, error, output.GetString()!) : null,
            });
            counts[gate] = counts.GetValueOrDefault(gate) + 1;
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.Equal(["error", "llama_only", "strict"], counts.Keys.Order());
    }

    private static void Add(StringBuilder failures, string name, string? failure)
    {
        if (failure is not null)
        {
            failures.AppendLine($"{name}: {failure}");
        }
    }

    private static string? Compare(string? text, TemplateException? error, string expected)
    {
        if (text is null)
        {
            return error!.Message;
        }

        int at = text.AsSpan().CommonPrefixLength(expected);
        return text == expected ? null : $"at {at} got ...{Excerpt(text, at)} and not ...{Excerpt(expected, at)}";
    }

    /// <summary>A message raised by the template must be passed on; those of the engines differ.</summary>
    private static string? Refused(string? text, TemplateException? error, string? message) =>
        error is null ? "rendered: " + Excerpt(text!, 0)
        : error.RaisedByTemplate && message is not null && error.Message != message
            ? $"failed with '{error.Message}' instead of '{message}'"
        : null;

    private (string? Text, TemplateException? Error) Render(string path, JsonElement variables)
    {
        if (!_parsed.TryGetValue(path, out Template? template))
        {
            _parsed[path] = template = Template.Parse(File.ReadAllText(path));
        }

        try
        {
            return (template.RenderText(variables), null);
        }
        catch (TemplateException error)
        {
            return (null, error);
        }
    }

    private static string Excerpt(string text, int at) =>
        JsonSerializer.Serialize(text[Math.Max(0, at - 20)..Math.Min(text.Length, at + 60)]);
}
