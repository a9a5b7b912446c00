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

    private ChatFormat Format(string template) => ChatFormat.FromTemplate(tiny.Model, template);
}
