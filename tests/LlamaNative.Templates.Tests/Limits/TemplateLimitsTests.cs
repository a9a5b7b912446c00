
namespace LlamaNative.Templates.Tests;

/// <summary>Templates that try to hang, exhaust or crash the process; each must end in a typed error.</summary>
public class TemplateLimitsTests
{
    public static TheoryData<TemplateLimits, string> Negative => new()
    {
        { new() { MaxSourceLength = -1 }, nameof(TemplateLimits.MaxSourceLength) },
        { new() { MaxSyntaxDepth = -1 }, nameof(TemplateLimits.MaxSyntaxDepth) },
        { new() { MaxCallDepth = -1 }, nameof(TemplateLimits.MaxCallDepth) },
        { new() { MaxSteps = -1 }, nameof(TemplateLimits.MaxSteps) },
        { new() { MaxOutputLength = -1 }, nameof(TemplateLimits.MaxOutputLength) },
        { new() { MaxAllocatedBytes = -1 }, nameof(TemplateLimits.MaxAllocatedBytes) },
        { new() { MaxTime = TimeSpan.FromTicks(-1) }, nameof(TemplateLimits.MaxTime) },
    };

    [Theory]
    [MemberData(nameof(Negative), DisableDiscoveryEnumeration = true)]
    public void A_negative_limit_is_an_argument_exception_that_names_it(TemplateLimits limits, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => Template.Parse("", limits)).ParamName);

    public static TheoryData<string, string> DeepSources => new()
    {
        { "parentheses", "{{ " + Repeat("(", 100_000) },
        { "closed parentheses", "{{ " + Repeat("(", 100_000) + "1" + Repeat(")", 100_000) + " }}" },
        { "lists", "{{ " + Repeat("[", 100_000) },
        { "dictionaries", "{{ " + Repeat("{1:", 100_000) },
        { "calls", "{{ " + Repeat("f(", 100_000) },
        { "subscripts", "{{ " + Repeat("a[", 100_000) },
        { "not", "{{ " + Repeat("not ", 100_000) + "1 }}" },
        { "minus", "{{ " + Repeat("-", 100_000) + "1 }}" },
        { "attributes", "{{ a" + Repeat(".b", 100_000) + " }}" },
        { "items", "{{ a" + Repeat("[0]", 100_000) + " }}" },
        { "call chain", "{{ a" + Repeat("()", 100_000) + " }}" },
        { "filters", "{{ a" + Repeat("|e", 100_000) + " }}" },
        { "block filters", "{% filter e" + Repeat("|e", 100_000) + " %}{% endfilter %}" },
        { "tests", "{{ a" + Repeat(" is defined()", 100_000) + " }}" },
        { "conditions", "{{ " + Repeat("1 if 0 else ", 100_000) + "1 }}" },
        { "conditions to the left", "{{ 1" + Repeat(" if 0", 100_000) + " }}" },
        { "blocks", Repeat("{% if 1 %}", 100_000) },
        { "loops", Repeat("{% for a in b %}", 100_000) },
        { "macros", Repeat("{% macro a() %}", 100_000) },
        { "targets", "{% for " + Repeat("(", 100_000) },
    };

    public static TheoryData<string> GreedyTemplates => new()
    {
        "{{ 'a' * 10**9 }}",
        "{{ 10**9 * 'a' }}",
        "{{ [1] * 10**9 }}",
        "{{ range(10**12) }}",
        "{{ range(10**12)|list }}",
        "{{ 9**(9**9) }}",
        "{{ 10**5000 }}",
        "{{ 'a'.center(10**12) }}",
        "{{ 'a'.ljust(10**12) }}",
        "{{ 'a'.zfill(10**12) }}",
        "{{ 'a\tb'.expandtabs(10**12) }}",
        "{{ 'a'|center(10**12) }}",
        "{{ 'a\nb'|indent(10**12) }}",
        "{{ [1]|tojson(indent=10**12) }}",
        "{{ [1]|batch(10**12, 'x')|list }}",
        "{{ [1]|slice(10**12)|list }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '{:.1000000000f}'.format(1.5) }}",
        "{{ '{:{w}}'.format(1, w=10**9) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%*d' % (10**9, 1) }}",
        "{{ '%.1000000000f' % 1.5 }}",
        "{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('', ns.s) %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s]|join(ns.s) %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s|tojson }}",
        "{% set ns = namespace(s=[1], t=[1]) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] %}{% "
        + "endfor %}{{ ns.s == ns.t }}",
        "{% set ns = namespace(s=(1,)) %}{% for i in range(100) %}{% set ns.s = (ns.s, ns.s) %}{% endfor %}{{ {ns.s: 1} }}",
        "{% set a = [1] %}{% for i in a %}{{ a.append(i) }}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) if false %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = range(100000)|list %}{% endfor %}",
        "{% for i in range(100000) %}{{ 'a' * 1000 }}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
        "{% macro f(a=f()) %}{% endmacro %}{{ f() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
    };

    private static TemplateLimits Small { get; } = new() { MaxSteps = 500_000, MaxAllocatedBytes = 64 << 20, MaxOutputLength = 4 << 20 };

    [Theory]
    [MemberData(nameof(DeepSources))]
    public void A_source_nested_without_end_is_refused_while_parsing(string what, string source) =>
        Assert.True(ParseFails(source), what);

    [Theory]
    [MemberData(nameof(GreedyTemplates))]
    public void A_greedy_template_meets_its_limit(string template) =>
        Assert.Throws<TemplateException>(() => TemplateTesting.Render(template, Small));

    // Half a million deep, so that even compiled code with the smallest frames needs more than any usual stack.
    [Theory]
    [InlineData("s", "{{ ns.s }}")]
    [InlineData("s", "{{ ns.s|tojson }}")]
    [InlineData("st", "{{ ns.s == ns.t }}")]
    [InlineData("st", "{{ ns.s < ns.t }}")]
    [InlineData("u", "{{ {ns.u: 1} }}")]
    [InlineData("mo", "{{ ns.m == ns.o }}")]
    public void Values_nested_without_end_do_not_exhaust_the_stack(string names, string use)
    {
        var nest = new Dictionary<char, string>
        {
            ['s'] = "{% set ns.s = [ns.s] %}",
            ['t'] = "{% set ns.t = [ns.t] %}",
            ['u'] = "{% set ns.u = (ns.u,) %}",
            ['m'] = "{% set ns.m = {1: ns.m} %}",
            ['o'] = "{% set ns.o = {1: ns.o} %}",
        };
        string once = "{% for i in range(100000) %}" + string.Concat(names.Select(name => nest[name])) + "{% endfor %}";
        string template = "{% set ns = namespace(s=[], t=[], u=(), m={}, o={}) %}" + Repeat(once, 5) + use;
        TemplateLimits wide = new() { MaxTime = TimeSpan.FromMinutes(5), MaxSteps = long.MaxValue, MaxAllocatedBytes = long.MaxValue };
        Assert.Contains("nested too deeply", Assert.Throws<TemplateException>(() => TemplateTesting.Render(template, wide)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% set a = [1] %}{% set _ = a.append(a) %}{{ a }}")]
    [InlineData("{% set a = [1] %}{% set _ = a.append(a) %}{{ a|tojson }}")]
    [InlineData("{% set a = {} %}{% set _ = a.update({'a': a}) %}{{ a }}")]
    [InlineData("{% set a = namespace() %}{% set a.a = a %}{{ a }}")]
    public void A_value_that_contains_itself_is_an_error(string template) =>
        Assert.Throws<TemplateException>(() => TemplateTesting.Render(template));

    [Fact]
    public void A_stack_that_is_nearly_full_gives_an_error_and_no_crash()
    {
        // The maximum depth of the limits, on a thread with a quarter of the usual stack.
        TemplateLimits deep = new() { MaxSyntaxDepth = int.MaxValue, MaxCallDepth = int.MaxValue };
        string[] templates =
        [
            "{{ " + Repeat("(", 50_000) + "1" + Repeat(")", 50_000) + " }}",
            "{{ x" + Repeat("|string", 50_000) + " }}",
            "{{ d" + Repeat(".a", 50_000) + " }}",
            "{% filter e" + Repeat("|e", 50_000) + " %}a{% endfilter %}",
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "{% macro f() %}{{ " + Repeat("[", 90) + "f()" + Repeat("]", 90) + " }}{% endmacro %}{{ f() }}",
        ];
        int failures = 0;
        Thread thread = new(
            () => failures = templates.Count(template =>
            {
                try
                {
                    TemplateTesting.Render(template, deep);
                    return false;
                }
                catch (TemplateException)
                {
                    return true;
                }
            }),
            maxStackSize: 256 << 10);
        thread.Start();
        thread.Join();
        Assert.Equal(templates.Length, failures);
    }

    [Fact]
    public void A_long_chain_of_operators_is_no_deep_tree()
    {
        Assert.Equal("5001", TemplateTesting.Render("{{ 1" + Repeat(" + 1", 5000) + " }}"));
        Assert.Equal(new string('a', 5001), TemplateTesting.Render("{{ 'a'" + Repeat(" ~ 'a'", 5000) + " }}"));
        Assert.Equal("True", TemplateTesting.Render("{{ true" + Repeat(" and true", 5000) + " }}"));
    }

    [Fact]
    public void The_source_the_output_and_the_time_are_bounded()
    {
        Assert.Throws<TemplateException>(() => Template.Parse("12345", new TemplateLimits { MaxSourceLength = 4 }));
        Assert.Equal("1234",
            Template.Parse("1234", new TemplateLimits { MaxSourceLength = 4, MaxOutputLength = 4 }).RenderText(TemplateTesting.Variables));
        Assert.Throws<TemplateException>(() => TemplateTesting.Render("12345", new TemplateLimits { MaxOutputLength = 4 }));
        Assert.Throws<TemplateException>(() =>
            TemplateTesting.Render("{% for i in range(100000) %}{% endfor %}", new TemplateLimits { MaxTime = TimeSpan.Zero }));
    }

    [Fact]
    public void A_rendering_can_be_cancelled()
    {
        Template template = Template.Parse("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}");
        Assert.ThrowsAny<OperationCanceledException>(
            () => template.Render(TemplateTesting.Variables, cancellationToken: new CancellationToken(canceled: true)));
    }

    private static bool ParseFails(string source)
    {
        try
        {
            Template.Parse(source);
            return false;
        }
        catch (TemplateException)
        {
            return true;
        }
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
