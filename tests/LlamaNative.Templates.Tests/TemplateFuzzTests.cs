using System.Text;

namespace LlamaNative.Templates.Tests;

/// <summary>Random text, random tags and damaged templates result in text or a typed error, never in another exception.</summary>
public class TemplateFuzzTests
{
    private static readonly string[] s_pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "{{-", "-}}", "{%-", "-%}", "{%+", "+%}", " ", "\n", "text", "\t", "é", "😀", "\ud800",
        "if", "elif", "else", "endif", "for", "in", "endfor", "set", "endset", "macro", "endmacro", "call",
        "endcall", "filter", "endfilter",
        "raw", "endraw", "with", "endwith", "generation", "endgeneration", "break", "continue", "recursive", "is", "not", "and", "or", "do",
        "x", "s", "l", "d", "ms", "loop", "loop.index", "loop.cycle", "caller()", "varargs", "ns", "namespace(a=1)",
        "range(3)", "none", "true",
        "undefined", "'a'", "\"b\"", "'\\x", "1", "2.5", "1e9", "0x1f", "99999999999999999999", "(", ")", "[",
        "]", "{", "}", ",", ":", ".", "|",
        "+", "-", "*", "/", "//", "%", "**", "~", "=", "==", "!=", "<", ">", "<=", ">=", "!", "@", "\\",
        "upper", "tojson", "join", "map('upper')", "selectattr('role')", "sort", "default", "items", "first",
        "length", "int", "round", "format",
        ".strip()", ".split()", ".format(1)", ".get('a')", ".items()", ".append(1)", ".role", "[0]", "[::-1]",
        "[1:", "|list", "|string", "%s",
    ];

    private static TemplateLimits Small { get; } = new()
    {
        MaxSteps = 50_000,
        MaxAllocatedBytes = 4 << 20,
        MaxOutputLength = 1 << 18,
        MaxCallDepth = 30,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_pieces_give_text_or_a_typed_error(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 2000; i++)
        {
            StringBuilder source = new();
            for (int length = random.Next(1, 30); length > 0; length--)
            {
                source.Append(s_pieces[random.Next(s_pieces.Length)]).Append(random.Next(3) == 0 ? " " : "");
            }

            RendersOrFails(source.ToString());
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void Random_expressions_give_text_or_a_typed_error(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 2000; i++)
        {
            StringBuilder source = new("{{ ");
            for (int length = random.Next(1, 12); length > 0; length--)
            {
                source.Append(s_pieces[random.Next(Array.IndexOf(s_pieces, "x"), s_pieces.Length)]).Append(' ');
            }

            RendersOrFails(source.Append("}}").ToString());
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Damaged_templates_give_text_or_a_typed_error(int seed)
    {
        const string Template = """
            {%- macro show(m, depth=0) -%}
              {{- '<|' ~ m['role'] ~ '|>' }}{{ m.content | trim | replace("a", 'b') }}{{ caller() if caller else '' }}
            {%- endmacro -%}
            {% set ns = namespace(found=false, text='') %}
            {% for m in ms if m.role is defined and m.role != 'system' %}
              {%- if loop.first and not ns.found %}{% set ns.found = true %}{{ "%-5s|%05.2f" % (m.role, f) }}
              {%- elif loop.index0 is divisibleby(2) %}{% call(q) show(m, depth=-1) %}{{ d | tojson(indent=2) }}{% endcall %}
              {%- else %}{{ show(m) }}{{ [1, 2.5, none, (true,), {'k': s[1:-1:2]}][-1].k }}{% continue %}{% endif %}
              {%- set ns.text = ns.text + m['content'][::-1] %}
            {% else %}{{ '{:>8}'.format(x) }}{% endfor %}
            {# a comment #}{% filter upper %}{{ ns.text or u }}{% endfilter %}{% raw %}{{ raw }}{% endraw %}
            """;
        Random random = new(seed);
        for (int i = 0; i < 2000; i++)
        {
            StringBuilder source = new(Template);
            for (int damage = random.Next(1, 5); damage > 0 && source.Length > 0; damage--)
            {
                int at = random.Next(source.Length);
                switch (random.Next(4))
                {
                    case 0:
                        source.Remove(at, Math.Min(random.Next(1, 8), source.Length - at));
                        break;
                    case 1:
                        source.Insert(at, s_pieces[random.Next(s_pieces.Length)]);
                        break;
                    case 2:
                        source[at] = (char)random.Next(1, 0x80);
                        break;
                    default:
                        source.Length = Math.Max(1, at);
                        break;
                }
            }

            RendersOrFails(source.ToString());
        }
    }

    private static void RendersOrFails(string source)
    {
        try
        {
            TemplateTesting.Render(source, Small);
        }
        catch (TemplateException)
        {
            // The one exception a template may cause.
        }
        catch (Exception error)
        {
            Assert.Fail($"{error.GetType().Name} from {source}\n{error}");
        }
    }
}
