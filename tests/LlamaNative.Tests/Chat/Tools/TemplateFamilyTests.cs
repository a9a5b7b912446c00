using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Chat.Templates;

namespace LlamaNative.Tests.Chat.Tools;

/// <summary>
/// The family of each template, determined by reading it: from the lines that render an assistant's calls or, if there are
/// none, from the instructions to the model. With a wrong family, calls would not be recognized.
/// </summary>
public sealed class TemplateFamilyTests
{
    private const string Own = nameof(JsonSyntax); // a syntax of its own, or no tools: parsed as plain JSON

    // Released templates with the markers that enclose a call in each.
    private static readonly (string Template, string Begin, string End)[] s_readBack =
    [
        ("Qwen3-Coder", "<tool_call>", "</tool_call>"),
        ("GLM-4.7-Flash", "<tool_call>", "</tool_call>"),
        ("poolside-Laguna-XS.2", "<tool_call>", "</tool_call>"),
        ("Qwen-Qwen3-0.6B", "<tool_call>", "</tool_call>"),
        ("Mistral-Small-3.2-24B-Instruct-2506", "[TOOL_CALLS]", "</s>"),
        ("mistralai-Mistral-Nemo-Instruct-2407", "[TOOL_CALLS]", "</s>"),
        ("meetkai-functionary-medium-v3.1", "<function=", "</function>"),
        ("NVIDIA-Nemotron-Nano-v2", "<TOOLCALL>", "</TOOLCALL>"),
    ];

    private static TheoryData<string, string> Families => new()
    {
        { "Apertus-8B-Instruct", Own }, // <|tools_prefix|>[{"name": {…}}]<|tools_suffix|>
        { "Apriel-1.6-15b-Thinker-fixed", nameof(MarkedListSyntax) },
        { "GLM-4.7-Flash", nameof(GlmSyntax) },
        { "GigaChat3.1-10B-A1.8B", Own }, // <|function_call|>{…}
        { "HuggingFaceTB-SmolLM3-3B", Own }, // lists tools without an example of a call
        { "Kimi-K2-Instruct", Own }, // <|tool_calls_section_begin|>
        { "LFM2.5-8B-A1B", Own }, // <|tool_call_start|>[f(a='b')]
        { "LFM2.5-Instruct", Own },
        { "MiMo-VL", nameof(HermesSyntax) },
        { "MiniMax-M2", Own }, // <minimax:tool_call><invoke name=…>
        { "MiniMax-M3", Own },
        { "Mistral-Small-3.2-24B-Instruct-2506", nameof(MistralArgumentsSyntax) }, // with [CALL_ID]
        { "NVIDIA-Nemotron-Nano-v2", nameof(MarkedListSyntax) },
        { "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use", nameof(HermesSyntax) },
        { "Qwen-Qwen2.5-7B-Instruct", nameof(HermesSyntax) },
        { "Qwen-Qwen3-0.6B", nameof(HermesSyntax) },
        { "Qwen3-Coder", nameof(QwenCoderSyntax) },
        { "Qwen3.5-4B", nameof(QwenCoderSyntax) },
        { "StepFun3.5-Flash", nameof(QwenCoderSyntax) },
        { "deepseek-ai-DeepSeek-V4-Flash-0731", Own }, // <｜DSML｜invoke name=…>
        { "deepseek-ai-DeepSeek-V4", Own },
        { "google-gemma-4-31B-it-interleaved", Own }, // <|tool_call>call:f{a:<|"|>b<|"|>}
        { "google-gemma-4-31B-it", Own },
        { "ibm-granite-granite-3.3-2B-Instruct", Own }, // the model writes <|tool_call|>
        { "ibm-granite-granite-4.0", nameof(HermesSyntax) },
        { "ibm-granite-granite-4.1", nameof(HermesSyntax) },
        { "llama-cpp-deepseek-r1", Own }, // <｜tool▁calls▁begin｜>
        { "llama-cpp-rwkv-world", Own },
        { "meetkai-functionary-medium-v3.1", nameof(FunctionarySyntax) },
        { "meta-llama-Llama-3.1-8B-Instruct", nameof(Llama3Syntax) },
        { "microsoft-Phi-3.5-mini-instruct", Own },
        { "mistralai-Ministral-3-14B-Reasoning-2512", nameof(MistralArgumentsSyntax) },
        { "mistralai-Mistral-Nemo-Instruct-2407", nameof(MistralSyntax) },
        { "muse-glimmer", Own }, // <|start|>assistant to=f
        { "openai-gpt-oss-120b", Own }, // to=functions.f
        { "openbmb-MiniCPM5-1B", Own }, // <function name="f"><param name=…>
        { "poolside-Laguna-S-2.1", nameof(GlmSyntax) },
        { "poolside-Laguna-XS.2", nameof(GlmSyntax) },
        { "unsloth-Apriel-1.5", nameof(MarkedListSyntax) },
        { "unsloth-mistral-Devstral-Small-2507", nameof(MistralArgumentsSyntax) },
        { "upstage-Solar-Open-100B", Own },
    };

    /// <summary>The repository's templates, each in the syntax of a family.</summary>
    public static TheoryData<string, string, string, string> Golden => new()
    {
        { "chatml-tools", nameof(HermesSyntax), "<tool_call>", "</tool_call>" },
        { "parameters", nameof(QwenCoderSyntax), "<tool_call>", "</tool_call>" },
        { "pairs", nameof(GlmSyntax), "<tool_call>", "</tool_call>" },
        { "headers", nameof(Llama3Syntax), "{\"name\"", "<|eot_id|>" },
        { "brackets", nameof(MistralSyntax), "[TOOL_CALLS]", "</s>" },
        { "arguments", nameof(MistralArgumentsSyntax), "[TOOL_CALLS]", "</s>" },
        { "functions", nameof(FunctionarySyntax), "<function=", "</function>" },
        { "list", nameof(MarkedListSyntax), "<TOOLCALL>", "</TOOLCALL>" },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void A_template_is_known_by_the_calls_it_writes_and_they_are_read_back(string template, string family, string begin, string end)
    {
        string source = File.ReadAllText(GoldenFile.PathOf("templates", template + ".jinja"));
        Assert.Equal(family, FamilyOf(source));
        AssertReadBack(source, begin, end);
    }

    [Theory]
    [InlineData("channels")]
    [InlineData("loops")]
    public void A_template_with_a_way_of_its_own_or_without_tools_is_read_as_plain_JSON(string template) =>
        Assert.Equal(Own, FamilyOf(File.ReadAllText(GoldenFile.PathOf("templates", template + ".jinja"))));

    [RequiresFact(Need.Shared)]
    public void Released_models_templates_are_known_and_read_back_too()
    {
        string[] wrong = [.. Families.Select(row => (Template: (string)row[0], Family: (string)row[1]))
            .Select(row => (row.Template, row.Family, Found: FamilyOf(Released(row.Template))))
            .Where(row => row.Found != row.Family)
            .Select(row => $"{row.Template}: {row.Found} and not {row.Family}")];
        Assert.Empty(wrong);
        foreach ((string template, string begin, string end) in s_readBack)
        {
            AssertReadBack(Released(template), begin, end);
        }
    }

    private static string Released(string template) => File.ReadAllText(Repository.SharedPathOf($"golden/templates/{template}.jinja"));

    private static string FamilyOf(string source) => ToolSyntax.Of(source, Forms(source).WrittenCall).GetType().Name;

    private static void AssertReadBack(string source, string begin, string end)
    {
        const string Schema = """{"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}""";
        var tool = new ToolDefinition("get_weather", "", (JsonObject)JsonNode.Parse(Schema)!);
        MessageForms forms = Forms(source);
        var call = new ToolCall("get_weather", new JsonObject { ["city"] = "São Paulo", ["days"] = 3 }, "call12345");
        var answer = new ChatMessage(ChatRole.Assistant, "") { ToolCalls = [call] };
        string text = Render(source, [ChatMessage.FromUser("?").ToJson(), forms.Write(answer)]);
        int start = text.IndexOf(begin, StringComparison.Ordinal);
        int stop = text.IndexOf(end, start, StringComparison.Ordinal);
        string written = text[start..(end is "</s>" or "<|eot_id|>" ? stop : stop + end.Length)];

        var reader = new ToolCallReader(ToolSyntax.Of(source, forms.WrittenCall), [tool]);
        Assert.Equal("", reader.Append(written) + reader.Complete());
        ToolCall read = Assert.Single(reader.Calls);
        Assert.Equal("get_weather", read.Name);
        Assert.Equal("São Paulo", (string?)read.Arguments["city"]);
        Assert.Equal(3, (int?)read.Arguments["days"]);
    }

    private static MessageForms Forms(string source) => MessageForms.Find(messages => Render(source, messages));

    private static string Render(string source, JsonArray messages) => ChatTemplate.Parse(source).Render(new JsonObject
    {
        ["messages"] = messages,
        ["add_generation_prompt"] = false,
        ["bos_token"] = "<s>",
        ["eos_token"] = "</s>",
    });
}
