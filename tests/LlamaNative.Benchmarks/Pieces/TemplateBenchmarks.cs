using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using LlamaNative.Chat.Templates;

namespace LlamaNative.Benchmarks.Pieces;

/// <summary>A chat template: parsed once for a model, rendered once for a turn.</summary>
[MemoryDiagnoser]
public class TemplateBenchmarks
{
    private const string Source =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] | trim + '<|im_end|>\n' }}{% "
        + "endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private readonly ChatTemplate _template = ChatTemplate.Parse(Source);
    private readonly JsonObject _variables = new()
    {
        ["messages"] = new JsonArray([.. Enumerable.Range(0, 20).Select(i => (JsonNode)new JsonObject
        {
            ["role"] = i % 2 == 0 ? "user" : "assistant",
            ["content"] = $"Message {i} of a conversation about nothing in particular.",
        })]),
        ["add_generation_prompt"] = true,
    };

    [Benchmark]
    public ChatTemplate Parse() => ChatTemplate.Parse(Source);

    [Benchmark]
    public string Render() => _template.Render(_variables);
}
