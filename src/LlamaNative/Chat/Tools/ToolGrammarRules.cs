using System.Text;
using System.Text.Json.Nodes;
using LlamaNative.Sampling.Grammars;

namespace LlamaNative.Chat;

/// <summary>
/// Grammar rules for calls of given tools: what a model writes by them parses, names a tool there is, and has arguments
/// that fit its schema.
/// </summary>
internal sealed class ToolGrammarRules(IReadOnlyList<ToolDefinition> tools)
{
    private readonly StringBuilder _rules = new();
    private int _schemas;

    /// <summary>The rule with which the grammar of a whole message starts, its mark included.</summary>
    public const string WholeMessage = "message";

    /// <summary>The grammar of calls: from <c>root</c> for what follows a syntax's mark, from <see cref="WholeMessage"/> with the mark.</summary>
    /// <exception cref="JsonSchemaException">A tool's parameters are no schema a grammar can follow.</exception>
    public static GbnfGrammar For(ToolSyntax syntax, IReadOnlyList<ToolDefinition> tools)
    {
        var rules = new ToolGrammarRules(tools);
        string calls = syntax.Grammar(rules);
        return GbnfGrammar.Parse($"{calls}\n{rules._rules}{WholeMessage} ::= {Literal(syntax.Begin)} root\n");
    }

    /// <summary>An alternative for each tool, made of its name and the rule of its arguments.</summary>
    public string AnyTool(Func<string, string, string> write) =>
        string.Join(" | ", tools.Select(tool => write(tool.Name, AddSchema(tool.Parameters))));

    /// <summary>An alternative for each tool: a JSON object of its name and arguments under these keys.</summary>
    public string AnyCall(string nameKey, string argumentsKey) => AnyTool((name, arguments) =>
        $"{Literal($"{{\"{nameKey}\": {JsonValue.Create(name).ToJsonString()}, \"{argumentsKey}\": ")} {arguments} \"}}\"");

    /// <summary>A text as GBNF writes it.</summary>
    public static string Literal(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    /// <summary>Adds the rules of a schema under names of their own and returns the name of its root.</summary>
    private string AddSchema(JsonObject schema)
    {
        string prefix = $"tool{_schemas++}-";
        _rules.Append(GbnfNames.Prefix(JsonSchemaGrammar.FromSchema(schema.ToJsonString()), prefix)).Append('\n');
        return prefix + "root";
    }
}
