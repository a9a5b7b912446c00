namespace LlamaNative.Templates.Tests;

/// <summary>
/// What remains of the white space around tags with trim_blocks and lstrip_blocks. Every expected text was printed by Jinja2 3.1.6 in
/// Hugging Face's sandbox.
/// </summary>
public class TemplateWhiteSpaceTests
{
    [Theory]
    [InlineData("  {% raw %}\n a {% endraw %}\nb", "\n a b")]
    [InlineData("a\n  {# c #}\nb", "a\nb")]
    [InlineData("  {% if b %}\n    a\n  {% endif %}\nb", "    a\nb")]
    [InlineData("  {%- if b %}\n    a\n  {%- endif %}\nb", "    ab")]
    [InlineData("  {%+ if b %}\n    a\n  {%+ endif %}\nb", "      a\n  b")]
    [InlineData("{% if b +%}\na\n{% endif -%}\n  \nb", "\na\nb")]
    [InlineData("{{ x -}}   \n  y\n  {{- x }}", "42y42")]
    [InlineData("{% if b %}{{ x }}\n{% endif %}\ny\n\n", "42\ny\n")]
    [InlineData("{% for i in l -%}\n  {{ i }}\n{%- endfor %}\n", "312")]
    [InlineData("{% for m in ms %}\n{{ m.role }}\n{% endfor %}\n", "user\nassistant\nuser\n")]
    [InlineData("a\r\nb\rc\n", "a\nb\nc")]
    [InlineData("a\n\n", "a\n")]
    [InlineData("\n", "")]
    [InlineData("{{ \"a\\\nb\" }}", "ab")]
    [InlineData("{{ '\r\n' }}|", "\n|")]
    [InlineData("\t{% if b %}\t\n\ta\n\t{% endif %}\n", "\t\n\ta\n")]
    [InlineData("{{ x }}  {% if b %}  a{% endif %}", "42    a")]
    [InlineData("a  \n  {%- if b -%}  \n  b  \n  {%- endif -%}  \n c", "abc")]
    [InlineData("{% if b %}\n\n\na{% endif %}", "\n\na")]
    [InlineData("{#- a -#}\n\n b {#+ c +#}\nd", "b \nd")]
    [InlineData("  {# a #}  {# b #}\n", "  ")]
    [InlineData("{% set a %}\n x\n{% endset %}\n[{{ a }}]", "[ x\n]")]
    [InlineData("{%- set a = 1 -%}\n{%- set b = 2 -%}\n{{ a }}", "1")]
    [InlineData("\u000b {% if b %}a{% endif %}", "a")]
    [InlineData("\u00a0 {%- if b %}a{% endif %}", "a")]
    [InlineData("a{% raw -%}\n  x  {%- endraw +%}\n y", "ax\n y")]
    [InlineData("   {% raw %}x{% endraw %}\n", "x")]
    [InlineData("a\n   {%- raw %} x {% endraw -%}\n y", "a x y")]
    [InlineData("{{ \"a\" }}\n{{ \"b\" }}\n", "a\nb")]
    [InlineData("{{- \"a\" -}}\n{{- \"b\" -}}\n", "ab")]
    [InlineData("{#\n multi {{ x }} {% if %}\n#}\nx", "x")]
    [InlineData("{{ 1\n+\n2 }}", "3")]
    [InlineData("{% set\na\n=\n1\n%}{{ a }}", "1")]
    [InlineData(" {{ x }}", " 42")]
    [InlineData(" {{+ x }}", " 42")]
    [InlineData("{% if b %}  {% endif %}|", "  |")]
    [InlineData("{% if b -%}\n\n{%- endif %}|", "|")]
    public void Renders_what_Jinja2_renders(string template, string expected) =>
        Assert.Equal(expected, TemplateTesting.Render(template));
}
