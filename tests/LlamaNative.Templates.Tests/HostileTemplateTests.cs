using System.Text.Json;
using System.Text.Json.Nodes;
using static LlamaNative.TestSupport.HostileInput;

namespace LlamaNative.Templates.Tests;

/// <summary>Malicious variables result in text or a typed error, in bounded time.</summary>
public sealed class HostileTemplateTests
{
    private static readonly TemplateLimits s_limits = new() { MaxSteps = 200_000, MaxAllocatedBytes = 32 << 20, MaxOutputLength = 1 << 22 };

    /// <summary>Variables of arbitrary shape where a template expects messages.</summary>
    [Fact]
    public void Random_messages_are_rendered_or_refused_by_every_golden_template()
    {
        Template[] templates =
        [
            .. Directory.GetFiles(GoldenFile.PathOf("templates"), "*.jinja").Order(StringComparer.Ordinal)
                .Select(file => Template.Parse(File.ReadAllText(file), s_limits)),
        ];
        Random random = new(73);
        for (int i = 0; i < HostileInput.Count; i++)
        {
            var variables = new JsonObject
            {
                ["messages"] = random.Next(4) == 0
                    ? RandomJson(random, 0)
                    : new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => RandomMessage(random))]),
                ["tools"] = random.Next(2) == 0 ? RandomJson(random, 0) : null,
                ["bos_token"] = RandomJson(random, 3),
                ["add_generation_prompt"] = RandomJson(random, 3),
            };
            Template template = templates[i % templates.Length];
            Ends<TemplateException>(() => template.RenderText(variables), variables.ToJsonString());
        }
    }

    [Theory]
    [InlineData("{{ messages }}")]
    [InlineData("{{ messages | tojson }}")]
    [InlineData("{{ messages | tojson(indent=4) }}")]
    [InlineData("{{ messages == messages }}")]
    [InlineData("{{ messages | string | length }}")]
    [InlineData("{{ messages | list | sort }}")]
    [InlineData("{{ {'a': messages} | tojson }}")]
    [InlineData("{{ messages | unique | list | length }}")]
    public void Messages_ten_thousand_deep_are_text_or_a_typed_error(string template)
    {
        string json = "{\"messages\":" + Repeat("[", 10_000) + Repeat("]", 10_000) + "}";
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 20_000 });
        Ends<TemplateException>(() => Template.Parse(template).RenderText(document.RootElement), template);
    }

    private static JsonObject RandomMessage(Random random)
    {
        var message = new JsonObject
        {
            ["role"] = random.Next(10) == 0 ? RandomJson(random, 2) : Pick(random, "user", "assistant", "system", "tool", "developer", "x"),
            ["content"] = random.Next(4) == 0 ? RandomJson(random, 0) : "text",
        };
        if (random.Next(3) == 0)
        {
            message["tool_calls"] = random.Next(4) == 0
                ? RandomJson(random, 0)
                : new JsonArray(new JsonObject
                {
                    ["id"] = RandomJson(random, 3),
                    ["function"] = new JsonObject { ["name"] = RandomJson(random, 3), ["arguments"] = RandomJson(random, 0) },
                });
        }

        if (random.Next(5) == 0)
        {
            message.Remove("content");
        }

        return message;
    }
}
