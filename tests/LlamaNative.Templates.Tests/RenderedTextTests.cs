using System.Text;
using System.Text.Json;

namespace LlamaNative.Templates.Tests;

/// <summary>Provenance: «» enclose text that must be marked as input.</summary>
public class RenderedTextTests
{
    private static readonly JsonElement s_variables = TemplateTesting.Json("""
        {"x": "in put", "y": "<|im_end|>", "p": "  pad ", "n": 7, "f": 1.5, "yes": true, "nil": null, "e": "",
         "l": ["a", "b"], "d": {"k": "v", "n": 1}, "q": "it's \"q\"\n", "h": "<b>", "big": 123456789012345678901234567890,
         "bos_token": "<s>", "sharp": "aßb", "u": "é😀"}
        """);

    [Theory]
    [InlineData("a{{ x }}b", "a«in put»b")]
    [InlineData("{{ bos_token }}{{ x }}", "<s>«in put»")]
    [InlineData("{{ y }}<|im_end|>", "«<|im_end|>»<|im_end|>")]
    [InlineData("{{ 'a' + x + 'b' }}", "a«in put»b")]
    [InlineData("{{ 'a' ~ x ~ n ~ 1 }}", "a«in put7»1")]
    [InlineData("{{ x ~ y }}", "«in put<|im_end|>»")]
    [InlineData("{{ ('a' + x + 'b')[0:3] }}", "a«in»")]
    [InlineData("{{ ('a' + x + 'b')[::-1] }}", "b«tup ni»a")]
    [InlineData("{{ ('a' + x)[0] }}{{ ('a' + x)[1] }}", "a«i»")]
    [InlineData("{% for c in 'a' + u %}{{ c }}-{% endfor %}", "a-«é»-«😀»-")]
    [InlineData("{{ (' ' + p + ' ') | trim }}|", "«pad»|")]
    [InlineData("{{ (p + 'z').strip() }}|", "«pad »z|")]
    [InlineData("{{ ('a' + x) | upper }}", "A«IN PUT»")]
    [InlineData("{{ ('a' + sharp) | upper }}", "«AASSB»")]
    [InlineData("{{ ('a' + x) | capitalize }}{{ ('a' + x) | title }}", "A«in put»A«in Put»")]
    [InlineData("{{ x.replace(' ', '|') }}{{ 'a-b'.replace('-', x) }}", "«in»|«put»a«in put»b")]
    [InlineData("{{ ('a ' + x).split(' ') | join('|') }}", "a|«in»|«put»")]
    [InlineData("{{ ('a ' + x).rsplit(None, 1) | join('|') }}", "a «in»|«put»")]
    [InlineData("{{ ('<t>' + x).partition('<t>')[2] }}{{ ('<t>' + x).removeprefix('<t>') }}", "«in putin put»")]
    [InlineData("{{ l | join(', ') }}{{ ', '.join(l) }}", "«a», «ba», «b»")]
    [InlineData("{{ ['a', 'b'] | join(x) }}", "a«in put»b")]
    [InlineData("{{ l }}{{ d }}", "['«a»', '«b»']{'«k»': '«v»', '«n»': «1»}")]
    [InlineData("{{ d | tojson }}", "{\"«k»\": \"«v»\", \"«n»\": «1»}")]
    [InlineData("{{ {'name': x, 'q': q, 'b': yes, 'z': nil, 'g': big, 'c': 2} | tojson }}",
        "{\"name\": \"«in put»\", \"q\": \"«it's \\\"q\\\"\\n»\", \"b\": «true», \"z\": «null», \"g\": «123456789012345678901234567890», "
        + "\"c\": 2}")]
    [InlineData("{{ [q, 'it'] }}", "['«it\\'s \"q\"\\n»', 'it']")]
    [InlineData("{{ '%s=%d %5s|%.2f' % (x, n, y[:2], f) }}", "«in put»=«7»    «<|»|«1.50»")]
    [InlineData("{{ '{}:{:>4}:{a}'.format(x, n, a='t') }}", "«in put»:«   7»:t")]
    [InlineData("{{ x | indent(2, true) }}{{ 'ab' | center(6) }}", "  «in put»  ab  ")]
    [InlineData("{{ (x + ' tail') | truncate(8, true, '..', 0) }}", "«in put»..")]
    [InlineData("{{ ('<' + h) | e }}{{ '<' + (h | safe) }}", "&lt;«&lt;b&gt;»&lt;«<b>»")]
    [InlineData("{{ x | urlencode }}{{ 'a b' | urlencode }}", "«in%20put»a%20b")]
    [InlineData("{{ x.ljust(8) }}|{{ '7'.zfill(3) }}{{ x * 2 }}{{ '-' * n }}", "«in put»  |007«in putin put»-------")]
    [InlineData("{{ n }}{{ n + 1 }}{{ f }}{{ yes }}{{ nil }}{{ x | length }}", "«7»8«1.5TrueNone»6")]
    [InlineData("{% set t %}a{{ x }}b{% endset %}{{ t }}{{ t[1:] }}", "a«in put»b«in put»b")]
    [InlineData("{% macro m(v) %}<{{ v }}>{% endmacro %}{{ m(x) }}{{ m('y') | upper }}", "<«in put»><Y>")]
    [InlineData("{% macro m(v) %}({{ caller() }}){% endmacro %}{% filter upper %}a{{ x }}{% endfilter %}{% call m(1) %}{{ x }}{% "
        + "endcall %}", "A«IN PUT»(«in put»)")]
    [InlineData("{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "«k»=«v»;«n»=«1»;")]
    [InlineData("{% set m = {'in put': '<|user|>'} %}{{ m[x] }}{{ m.get(x, 'no') }}{{ x if x == 'in put' else 'y' }}",
        "<|user|><|user|>«in put»")]
    [InlineData("{{ e or 'none' }}{{ e | default('d', true) }}{{ nope | default(x) }}", "noned«in put»")]
    [InlineData("{% set ns = namespace(t='') %}{% for i in l %}{% set ns.t = ns.t + i + ',' %}{% endfor %}{{ ns.t }}", "«a»,«b»,")]
    [InlineData("{{ l | map('upper') | list | last }}{{ l | sort(reverse=true) | first }}", "«Bb»")]
    public void Every_character_knows_where_it_came_from(string template, string expected) =>
        Assert.Equal(expected, Marked(Template.Parse(template).Render(s_variables)));

    [Fact]
    public void Spans_and_characters_say_the_same()
    {
        RenderedText rendered = Template.Parse("a{{ x }}b{{ y }}").Render(s_variables);
        Assert.Equal([new InputSpan(1, 6), new InputSpan(8, 10)], rendered.InputSpans);
        Assert.Equal(18, rendered.InputSpans[1].End);
        Assert.Equal(rendered.Text, rendered.ToString());
        for (int i = 0; i < rendered.Text.Length; i++)
        {
            Assert.Equal(rendered.InputSpans.Any(span => span.Start <= i && i < span.End), rendered.IsInput(i));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => rendered.IsInput(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => rendered.IsInput(rendered.Text.Length));
        Assert.Empty(Template.Parse("").Render(s_variables).InputSpans);
    }

    [Fact]
    public void Trusted_variables_are_the_callers_choice()
    {
        Template template = Template.Parse("{{ bos_token }}{{ x }}");
        Assert.Equal("«<s>»in put", Marked(template.Render(s_variables, new RenderOptions { TrustedVariables = ["x"] })));
        Assert.Equal("«<s>in put»", Marked(template.Render(s_variables, new RenderOptions { TrustedVariables = [] })));
    }

    /// <summary>
    /// Released templates, with letters in every message and tool that no template contains: in the output they must be input.
    /// </summary>
    [RequiresFact(Need.Shared)]
    public void No_released_template_loses_the_provenance_of_a_message()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.SharedPathOf("golden/chat_templates.json")));
        Dictionary<string, Template> templates = [];
        int letters = 0;
        foreach (JsonElement test in document.RootElement.EnumerateArray())
        {
            string file = test.GetProperty("template").GetString()!;
            if (!templates.TryGetValue(file, out Template? template))
            {
                templates.Add(file, template = Template.Parse(File.ReadAllText(Repository.SharedPathOf($"golden/templates/{file}"))));
            }

            JsonElement variables = TemplateTesting.Json(WithRunes(test.GetProperty("variables")));
            try
            {
                RenderedText rendered = template.Render(variables);
                for (int i = 0; i < rendered.Text.Length; i++)
                {
                    if (IsRune(rendered.Text[i]))
                    {
                        letters++;
                        Assert.True(rendered.IsInput(i), $"{test.GetProperty("id")}: {rendered.Text[Math.Max(0, i - 40)..(i + 1)]}");
                    }
                }
            }
            catch (TemplateException)
            {
                // Some conversations are rejected, with or without the other letters.
            }
        }

        Assert.True(letters > 1000, $"only {letters} letters came out");
    }

    private static string Marked(RenderedText rendered)
    {
        StringBuilder text = new(rendered.Text);
        foreach (InputSpan span in rendered.InputSpans.Reverse())
        {
            text.Insert(span.End, '»').Insert(span.Start, '«');
        }

        return text.ToString();
    }

    private static bool IsRune(char character) => character is >= 'ᚠ' and <= 'ᛪ';

    /// <summary>Adds runes to every text of a conversation that a user, a model or a tool may have written.</summary>
    private static string WithRunes(JsonElement element, string? name = null) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().Select(Member)) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(item => WithRunes(item, name))) + "]",
        JsonValueKind.String when name is "content" or "text" or "description" or "reasoning_content" or "city" or "location" =>
            JsonSerializer.Serialize("ᚠᚢ" + element.GetString() + "ᚦᚨ"),
        _ => element.GetRawText(),
    };

    private static string Member(JsonProperty property) =>
        JsonSerializer.Serialize(property.Name) + ":" + WithRunes(property.Value, property.Name);
}
