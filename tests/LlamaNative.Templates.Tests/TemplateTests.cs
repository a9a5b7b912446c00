using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Templates.Tests;

/// <summary>The public surface: variables, clock, errors and sharing between threads.</summary>
public class TemplateTests
{
    [Fact]
    public void A_chat_is_written_out_with_the_generation_prompt()
    {
        Template template = Template.Parse("""
            {{- bos_token }}
            {%- for message in messages %}
            <|im_start|>{{ message.role }}
            {{ message.content | trim }}<|im_end|>
            {% endfor %}
            {% if add_generation_prompt %}
            <|im_start|>assistant
            {% endif %}
            """);
        string text = template.RenderText(TemplateTesting.Json("""
            {"bos_token": "<s>", "add_generation_prompt": true, "messages": [{"role": "user", "content": " Hi "}]}
            """));
        Assert.Equal("<s><|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", text);
    }

    [Fact]
    public void Keys_keep_their_order_and_numbers_their_type()
    {
        JsonElement variables = TemplateTesting.Json("""{"o": {"z": 1, "a": 1.0, "m": 1e2, "b": 18446744073709551616, "z": 2}}""");
        Assert.Equal("{'z': 2, 'a': 1.0, 'm': 100.0, 'b': 18446744073709551616}", Template.Parse("{{ o }}").RenderText(variables));
    }

    [Fact]
    public void Null_is_none_and_absent_is_undefined()
    {
        Template template = Template.Parse("{{ tools is defined }} {{ tools is none }} {{ tools }}");
        Assert.Equal("True True None", template.RenderText(TemplateTesting.Json("""{"tools": null}""")));
        Assert.Equal("False False ", template.RenderText(TemplateTesting.Json("{}")));
    }

    [Fact]
    public void A_JsonObject_renders_like_the_same_text()
    {
        JsonObject variables = new() { ["name"] = "Zoë <&> '\"", ["list"] = new JsonArray(1, 2.5, null, true) };
        Assert.Equal("Zoë <&> '\" [1, 2.5, None, True]", Template.Parse("{{ name }} {{ list }}").RenderText(variables));
    }

    [Fact]
    public void The_clock_is_the_callers()
    {
        Template template = Template.Parse("{{ strftime_now('%d %b %Y %H:%M') }}");
        Assert.Equal("04 Mar 2025 05:06", template.RenderText(TemplateTesting.Variables));
    }

    [Fact]
    public void Raise_exception_speaks_with_the_templates_words()
    {
        Template template = Template.Parse("line one\n  {{ raise_exception('Roles must alternate!') }}");
        TemplateException error = Assert.Throws<TemplateException>(() => template.RenderText(TemplateTesting.Variables));
        Assert.Equal("Roles must alternate!", error.Message);
        Assert.True(error.RaisedByTemplate);
        Assert.Equal((2, 6), (error.Line, error.Column));
    }

    [Theory]
    [InlineData("a\n{{ 1 +\n }}", 3, 2)]
    [InlineData("a\r\nb{% nope %}", 2, 5)]
    [InlineData("{{ x }}\n\n   {{ s + 1 }}", 3, 9)]
    [InlineData("{% for m in ms %}\n{{ m.nope.more }}{% endfor %}", 2, 11)]
    [InlineData("{% macro f(a) %}\n{{ a.b.c }}{% endmacro %}{{ f({}) }}", 2, 8)]
    [InlineData("{{ x }} {% if x %}", 1, 19)]
    public void An_error_says_where(string template, int line, int column)
    {
        TemplateException error = Assert.Throws<TemplateException>(() => TemplateTesting.Render(template));
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains($"line {line}, column {column}", error.Message, StringComparison.Ordinal);
        Assert.False(error.RaisedByTemplate);
    }

    [Theory]
    [InlineData("{{ messages[0].tool_calls.x }}", "'dict object' has no attribute 'tool_calls'")]
    [InlineData("{{ nobody.x }}", "'nobody' is undefined")]
    [InlineData("{{ 'a' + 1 }}", "can only concatenate str (not \"int\") to str")]
    [InlineData("{{ none | length }}", "object of type 'NoneType' has no len()")]
    [InlineData("{{ 1 | nofilter }}", "No filter named 'nofilter'.")]
    public void An_error_says_what_in_the_words_of_Python(string template, string reason)
    {
        Template parsed = Template.Parse(template);
        JsonElement variables = TemplateTesting.Json("""{"messages": [{}]}""");
        Assert.Equal(reason, Assert.Throws<TemplateException>(() => parsed.RenderText(variables)).Reason);
    }

    [Fact]
    public void Half_a_surrogate_pair_in_the_variables_is_an_error_of_its_own()
    {
        JsonElement variables = TemplateTesting.Json("""{"x": "\ud800"}""");
        Assert.Throws<TemplateException>(() => Template.Parse("{{ x }}").RenderText(variables));
        foreach (string json in new[] { """{"x": "\ud800"}""", """{"x": {"\ud800": 1}}""" })
        {
            Assert.Throws<TemplateException>(() => Template.Parse("{{ x }}").Render((JsonObject)JsonNode.Parse(json)!));
        }
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Template template = Template.Parse("");
        Assert.Throws<ArgumentNullException>(() => Template.Parse(null!));
        Assert.Throws<ArgumentNullException>(() => template.Render((JsonObject)null!));
        Assert.Throws<ArgumentException>(() => template.Render(TemplateTesting.Json("[]")));
    }

    [Fact]
    public void One_template_renders_on_many_threads_at_once()
    {
        Template template = Template.Parse(
            "{% set ns = namespace(n=0) %}{% for i in range(k) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}");
        Parallel.For(0, 200, k =>
        {
            string text = template.RenderText(TemplateTesting.Json($$"""{"k": {{k}}}"""));
            Assert.Equal($"{k * (k - 1) / 2}", text);
        });
    }

    [Fact]
    public void A_list_that_a_template_changes_is_whole_again_in_the_next_rendering()
    {
        Template template = Template.Parse("{% set _ = l.append(4) %}{{ l }}");
        Assert.Equal("[3, 1, 2, 4]", template.RenderText(TemplateTesting.Variables));
        Assert.Equal("[3, 1, 2, 4]", template.RenderText(TemplateTesting.Variables));
    }
}
