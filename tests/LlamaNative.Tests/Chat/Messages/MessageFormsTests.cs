using System.Text.Json.Nodes;
using LlamaNative.Chat;

namespace LlamaNative.Tests.Chat;

/// <summary>Messages are passed to a template in the form that it accepts; the templates are typical of released ones.</summary>
public sealed class MessageFormsTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private const string Strings = "{% for m in messages %}[{{ m.role }}:{{ m.content }}]{% endfor %}";
    private const string Added = "{% for m in messages %}{{ '[' + m.role + ':' + m['content'] + ']' }}{% endfor %}";
    private const string Lists =
        "{% for m in messages %}[{{ m.role }}:{% for p in m.content %}{% if p.type == 'text' %}{{ p.text }}{% else %}<{{ p.type }}>{% "
        + "endif %}|{% endfor %}]{% endfor %}";
    private const string Both =
        "{% for m in messages %}[{{ m.role }}:{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}{% if p.type == "
        + "'text' %}{{ p.text }}{% else %}<{{ p.type }}>{% endif %}|{% endfor %}{% endif %}]{% endfor %}";
    private const string Dumped =
        "{% for m in messages %}[{{ m.role }}:{{ m.content if m.content is string else m.content | tojson }}]{% endfor %}";

    private static readonly ChatMessage s_parts = new(ChatRole.User, null) { Parts = [new("text", "one"), new("text", "two")] };
    private static readonly ChatMessage s_image = new(ChatRole.User, null) { Parts = [new("image", null), new("text", "what?")] };

    [Theory]
    [InlineData(Strings, "[user:one\ntwo]")]
    [InlineData(Added, "[user:one\ntwo]")]
    [InlineData(Dumped, "[user:one\ntwo]")]
    [InlineData(Lists, "[user:one|two|]")]
    [InlineData(Both, "[user:one|two|]")]
    public void Parts_stay_where_the_template_walks_them_and_become_text_where_not(string template, string expected) =>
        Assert.Equal(expected, Format(template).Render([s_parts]));

    [Theory]
    [InlineData(Strings, "[user:hi]")]
    [InlineData(Lists, "[user:hi|]")]
    [InlineData(Both, "[user:hi]")]
    public void A_string_becomes_a_part_only_where_the_template_needs_it(string template, string expected) =>
        Assert.Equal(expected, Format(template).Render([ChatMessage.FromUser("hi")]));

    [Fact]
    public void An_image_is_written_by_templates_that_know_parts_and_refused_for_others()
    {
        Assert.Equal("[user:<image>|what?|]", Format(Both).Render([s_image]));
        foreach (string template in new[] { Strings, Added, Dumped })
        {
            Assert.Equal("image", Assert.Throws<ContentNotSupportedException>(() => Format(template).Render([s_image])).PartType);
        }
    }

    [Theory]
    [InlineData("{% for m in messages %}{% for c in m.tool_calls or [] %}<{{ c.function.name }} {{ c.function.arguments | tojson }}>{% "
        + "endfor %}{% endfor %}", "<f {\"a\": 1}>")]
    [InlineData("{% for m in messages %}{% for c in m.tool_calls or [] %}{{ '<' + c.function.name + ' ' + c.function.arguments + '>' }}{% "
        + "endfor %}{% endfor %}", "<f {\"a\":1}>")]
    [InlineData("{% for m in messages %}{% if m.content is none %}{% for c in m.tool_calls %}{{ '<' + c.function.name + ' ' + "
        + "c.function.arguments + '>' }}{% endfor %}{% endif %}{% endfor %}", "<f {\"a\":1}>")]
    [InlineData("{% for m in messages %}{% for c in m.tool_calls or [] %}<{{ c.function.name }} {% for k, v in "
        + "c.function.arguments.items() %}{{ k }}={{ v }}{% endfor %}>{% endfor %}{% endfor %}", "<f a=1>")]
    public void Arguments_and_content_of_a_call_take_the_form_the_template_needs(string template, string expected)
    {
        ChatMessage call = new(ChatRole.Assistant, "") { ToolCalls = [new ToolCall("f", new JsonObject { ["a"] = 1 })] };
        Assert.Equal(expected, Format(template).Render([call]));
    }

    /// <summary>
    /// Jinja2 3.1.6 with the settings of Hugging Face gives these texts for an empty string. For None it fails in seven of the nine
    /// templates, because None cannot be added to text, and writes "None" in llama3 and gemma.
    /// </summary>
    [Theory]
    [InlineData("chatml", "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n<|im_end|>\n<|im_start|>user\nR<|im_end|>\n")]
    [InlineData("alpaca", "### Instruction:\nQ\n\n### Response:\n\n\n### Instruction:\nR\n\n")]
    [InlineData("vicuna", "USER: Q\nASSISTANT: </s>\nUSER: R\n")]
    [InlineData("llama2", "<s>[INST] Q [/INST]  </s><s>[INST] R [/INST]")]
    [InlineData("llama3", "<s><|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
        + "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nR<|eot_id|>")]
    [InlineData("mistral", "<s>[INST] Q [/INST] </s>[INST] R [/INST]")]
    [InlineData("gemma", "<s><start_of_turn>user\nQ<end_of_turn>\n<start_of_turn>model\n<end_of_turn>\n<start_of_turn>user\nR"
        + "<end_of_turn>\n")]
    [InlineData("phi3", "<|user|>\nQ<|end|>\n<|assistant|>\n<|end|>\n<|user|>\nR<|end|>\n")]
    [InlineData("zephyr", "<|user|>\nQ</s>\n<|assistant|>\n</s>\n<|user|>\nR</s>\n")]
    public void A_message_without_content_is_empty_in_every_built_in_template(string name, string expected)
    {
        ToolCall[] calls = [new("f", new JsonObject { ["a"] = 1 })];
        foreach (ChatMessage none in new ChatMessage[]
        {
            new(ChatRole.Assistant, null) { ToolCalls = calls },
            new(ChatRole.Assistant, "") { ToolCalls = calls },
            new(ChatRole.Assistant, null),
        })
        {
            Assert.Equal(expected, ChatFormat.FromName(tiny.Model, name)
                .Render([ChatMessage.FromUser("Q"), none, ChatMessage.FromUser("R")], addGenerationPrompt: false));
        }
    }

    [Fact]
    public void Every_built_in_template_is_compared() =>
        Assert.Equal(9, ChatFormat.Names.Count);

    [Theory]
    [InlineData(Strings, "[assistant:]")]
    [InlineData(Added, "[assistant:]")]
    [InlineData(Lists, "[assistant:|]")]
    [InlineData(Both, "[assistant:]")]
    public void A_message_without_content_is_empty_in_other_templates_too(string template, string expected) =>
        Assert.Equal(expected, Format(template).Render([new ChatMessage(ChatRole.Assistant, null)]));

    private ChatFormat Format(string template) => ChatFormat.FromTemplate(tiny.Model, template);
}
