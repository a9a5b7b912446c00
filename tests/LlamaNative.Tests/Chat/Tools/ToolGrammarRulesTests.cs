using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Chat.Tools;

/// <summary>Of many tools with many parameters, the error names the one that cannot be used.</summary>
public sealed class ToolGrammarRulesTests
{
    private static readonly ToolDefinition s_good = Tool("good", """{"type": "object", "properties": {"a": {"type": "integer"}}}""");
    private static readonly ToolDefinition s_bad = Tool("bad", """
        {"type": "object", "properties": {"a": {"type": "integer"}, "zip": {"type": "object", "properties": {"b": {"not": {}}}}}}
        """);

    [Fact]
    public void The_tool_and_the_property_are_named()
    {
        Assert.Equal(
            "The tool 'bad' cannot be used. JSON Schema rejected at '#/properties/zip/properties/b/not': 'not' is not supported.",
            Error(new JsonSyntax()));
        Assert.Equal(
            "The parameter 'zip' of the tool 'bad' cannot be used. JSON Schema rejected at '#/properties/b/not': 'not' is not supported.",
            Error(new GlmSyntax()));
    }

    private static string Error(ToolSyntax syntax)
    {
        GrammarException error = Assert.Throws<GrammarException>(() => ToolGrammarRules.For(syntax, [s_good, s_bad]));
        Assert.IsType<Grammars.JsonSchemaException>(error.InnerException);
        return error.Message;
    }

    private static ToolDefinition Tool(string name, string schema) => new(name, "", JsonNode.Parse(schema)!.AsObject());
}
