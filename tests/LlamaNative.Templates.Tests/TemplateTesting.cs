using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Templates.Tests;

/// <summary>Renders a template with the variables and the clock that the expected texts were made with.</summary>
internal static class TemplateTesting
{
    public static TimeProvider Clock { get; } = new FixedClock(new DateTimeOffset(2025, 3, 4, 5, 6, 7, TimeSpan.Zero));

    public static JsonElement Variables { get; } = Json("""
        {"x": 42, "f": 3.75, "s": "Hello, World", "e": "", "n": null, "b": true, "l": [3, 1, 2],
         "d": {"b": 2, "a": 1, "items": "I"}, "u": "naïve 😀 ünï",
         "ms": [{"role": "user", "content": "hi", "n": 1}, {"role": "assistant", "content": "yo", "n": 3}, {"role": "user", "content": "x", "n": 2}],
         "nested": {"a": {"b": [1, {"c": "deep"}]}}, "big": 12345678901234567890, "neg": -7, "sp": "  a b  c\n",
         "words": ["Banana", "apple", "cherry", "Apple"], "html": "<a href=\"x\">'&'</a>",
         "fl": [1.0, 2.5, 1e+16, 1e-05, 123456789.123, 0.1, 1e+22, 1000000000000000.0, 100000.0]}
        """);

    private static RenderOptions Options { get; } = new() { Clock = Clock };

    public static string Render(string template, TemplateLimits? limits = null) => Template.Parse(template, limits).RenderText(Variables);

    /// <summary>Renders with every variable as input and with every variable trusted, which must not change the text.</summary>
    public static string RenderText(this Template template, JsonElement variables)
    {
        string text = template.Render(variables, Options).Text;
        string[] names = [.. variables.EnumerateObject().Select(variable => variable.Name)];
        RenderedText trusted = template.Render(variables, Options with { TrustedVariables = names });
        Assert.Equal(text, trusted.Text);
        Assert.Empty(trusted.InputSpans);
        return text;
    }

    public static string RenderText(this Template template, JsonObject variables) => template.Render(variables, Options).Text;

    public static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
