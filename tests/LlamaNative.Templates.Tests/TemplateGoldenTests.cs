using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace LlamaNative.Templates.Tests;

/// <summary>
/// Templates of released models with all kinds of conversations. If llama.cpp and Jinja2 print the same text, it must be
/// equal here byte for byte; if both fail, rendering must fail; if they differ, Jinja2 is right.
/// </summary>
public class TemplateGoldenTests
{
    private const string Cases = "golden/chat_templates.json";
    private const string Templates = "golden/templates";

    private static readonly ConcurrentDictionary<string, Template> s_parsed = new();

    [RequiresFact(Need.Shared)]
    public void Strict_cases_are_equal_to_the_byte() =>
        Check("strict", test => Compare(test, test.GetProperty("output").GetString()!));

    [RequiresFact(Need.Shared)]
    public void Cases_that_fail_elsewhere_fail_here_with_the_templates_own_message() =>
        Check("error", test =>
        {
            (string? text, TemplateException? error) = Render(test);
            return error is null ? "rendered: " + Excerpt(text!, 0)
                : test.TryGetProperty("raised_message", out JsonElement message)
                    && (!error.RaisedByTemplate || error.Message != message.GetString())
                    ? $"failed with '{error.Message}' instead of '{message}'"
                    : null;
        });

    [RequiresFact(Need.Shared)]
    public void Where_llama_cpp_prints_something_else_Jinja2_is_followed() =>
        Check("llama_only",
            test => test.TryGetProperty("jinja2_output", out JsonElement output) ? Compare(test, output.GetString()!) : null);

    private static void Check(string gate, Func<JsonElement, string?> failureOf)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.SharedPathOf(Cases)));
        StringBuilder failures = new();
        int count = 0;
        foreach (JsonElement test in document.RootElement.EnumerateArray())
        {
            if (test.GetProperty("gate").GetString() == gate)
            {
                count++;
                if (failureOf(test) is { } failure)
                {
                    failures.AppendLine($"{test.GetProperty("id")}: {failure}");
                }
            }
        }

        Assert.True(count > 0, $"no case has the gate {gate}");
        Assert.True(failures.Length == 0, $"of {count} {gate} cases:\n{failures}");
    }

    private static string? Compare(JsonElement test, string expected)
    {
        (string? text, TemplateException? error) = Render(test);
        if (text is null)
        {
            return error!.Message;
        }

        int at = text.AsSpan().CommonPrefixLength(expected);
        return text == expected ? null : $"at {at} got ...{Excerpt(text, at)} and not ...{Excerpt(expected, at)}";
    }

    private static (string? Text, TemplateException? Error) Render(JsonElement test)
    {
        string path = Repository.SharedPathOf($"{Templates}/{test.GetProperty("template")}");
        Template template = s_parsed.GetOrAdd(path, static path => Template.Parse(File.ReadAllText(path)));
        try
        {
            return (template.RenderText(test.GetProperty("variables")), null);
        }
        catch (TemplateException error)
        {
            return (null, error);
        }
    }

    private static string Excerpt(string text, int at) =>
        JsonSerializer.Serialize(text[Math.Max(0, at - 20)..Math.Min(text.Length, at + 60)]);
}
