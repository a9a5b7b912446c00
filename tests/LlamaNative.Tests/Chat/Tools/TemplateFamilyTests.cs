using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Chat.Templates;

namespace LlamaNative.Tests.Chat.Tools;

/// <summary>
/// The family of each real template, determined by reading it: from the lines that render an assistant's calls or, if there
/// are none, from the instructions to the model. With a wrong family, calls would not be recognized.
/// </summary>
public sealed class TemplateFamilyTests
{
    private const string Templates = "golden/templates";
    private const string Own = nameof(JsonSyntax); // a syntax of its own, or no tools: parsed as plain JSON

    public static TheoryData<string, string> Families => new()
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

    [RequiresTheory(Need.Shared)]
    [MemberData(nameof(Families))]
    public void A_template_is_known_by_the_calls_it_writes(string template, string family)
    {
        string source = File.ReadAllText(Repository.SharedPathOf($"{Templates}/{template}.jinja"));
        MessageForms forms = Forms(source);
        Assert.Equal(family, ToolSyntax.Of(source, forms.WrittenCall).GetType().Name);
    }

    // The call that a template renders can be parsed by its family.
    [RequiresTheory(Need.Shared)]
    [InlineData("Qwen3-Coder", "<tool_call>", "</tool_call>")]
    [InlineData("GLM-4.7-Flash", "<tool_call>", "</tool_call>")]
    [InlineData("poolside-Laguna-XS.2", "<tool_call>", "</tool_call>")]
    [InlineData("Qwen-Qwen3-0.6B", "<tool_call>", "</tool_call>")]
    [InlineData("Mistral-Small-3.2-24B-Instruct-2506", "[TOOL_CALLS]", "</s>")]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", "[TOOL_CALLS]", "</s>")]
    [InlineData("meetkai-functionary-medium-v3.1", "<function=", "</function>")]
    [InlineData("NVIDIA-Nemotron-Nano-v2", "<TOOLCALL>", "</TOOLCALL>")]
    public void What_a_template_writes_is_read_back(string template, string begin, string end)
    {
        var tool = new ToolDefinition("get_weather", "",
            (JsonObject)JsonNode.Parse("""{"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}""")!);
        string source = File.ReadAllText(Repository.SharedPathOf($"{Templates}/{template}.jinja"));
        MessageForms forms = Forms(source);
        var call = new ToolCall("get_weather", new JsonObject { ["city"] = "São Paulo", ["days"] = 3 }, "call12345");
        string text = Render(source, [ChatMessage.FromUser("?").ToJson(), forms.Write(new ChatMessage(ChatRole.Assistant, "")
        {
            ToolCalls = [call],
        })]);
        int start = text.IndexOf(begin, StringComparison.Ordinal);
        string written = text[start..(text.IndexOf(end, start, StringComparison.Ordinal) + (end == "</s>" ? 0 : end.Length))];

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
