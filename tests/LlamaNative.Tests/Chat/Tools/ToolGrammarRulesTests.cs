using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Grammars;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Chat.Tools;

/// <summary>Of many tools with many parameters, the error names the one that cannot be used.</summary>
public sealed class ToolGrammarRulesTests
{
    private const string Types = "expected null, boolean, integer, number, string, array, object, or an array of these.";

    private static readonly ToolDefinition s_good = Tool("good", """{"type": "object", "properties": {"a": {"type": "integer"}}}""");
    private static readonly ToolDefinition s_bad = Tool("bad", """
        {"type": "object", "properties": {"a": {"type": "integer"}, "zip": {"type": "object", "properties": {"b": {"type": "kaboom"}}}}}
        """);

    [Fact]
    public void The_tool_and_the_property_are_named()
    {
        Assert.Equal(
            $"The tool 'bad' cannot be used. JSON Schema rejected at '#/properties/zip/properties/b/type': {Types}",
            Error(new JsonSyntax()));
        Assert.Equal(
            $"The parameter 'zip' of the tool 'bad' cannot be used. JSON Schema rejected at '#/properties/b/type': {Types}",
            Error(new GlmSyntax()));
    }

    /// <summary>One tool with a keyword that a grammar cannot express does not take the others away.</summary>
    [Fact]
    public void What_a_grammar_cannot_express_is_left_to_the_tool()
    {
        ToolDefinition set = Tool("set", """
            {"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "integer"}, "uniqueItems": true}}}
            """);
        GbnfGrammar json = ToolGrammarRules.For(new GlmSyntax(), [s_good, set]);
        Assert.True(json.IsMatch("set<arg_key>tags</arg_key><arg_value>[1,1]</arg_value></tool_call>"));
        Assert.True(json.IsMatch("good<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>"));
        Assert.False(json.IsMatch("set<arg_key>tags</arg_key><arg_value>[\"a\"]</arg_value></tool_call>"));
    }

    /// <summary>Text between tags: what the schema says of a string holds for the text, and null and the tag itself are no text.</summary>
    [Theory]
    [InlineData("""{"type": "string", "enum": ["a", null, "</arg_value>", "tab\there", "q\"\\\r"]}""",
        new[] { "a", "tab\there", "q\"\\\r" }, new[] { "", "null", "</arg_value>", "b" })]
    [InlineData("""{"enum": ["a", null]}""", new[] { "\"a\"", "null" }, new[] { "a", "b" })]
    [InlineData("""{"type": "string", "pattern": "^\\d{3}$"}""", new[] { "123" }, new[] { "12", "1234", "\"123\"" })]
    [InlineData("""{"type": "string", "pattern": "<"}""", new[] { "<", "a</b" }, new[] { "", "a", "</arg_value>" })]
    [InlineData("""{"type": "string", "format": "date"}""", new[] { "2024-02-29" }, new[] { "2023-02-29", "today" })]
    [InlineData("""{"type": "string", "minLength": 2, "maxLength": 4}""", new[] { "ab", "äöü€" }, new[] { "a", "abcde" })]
    [InlineData("""{"type": "string", "maxLength": 100000}""", new[] { "", "text\nof two lines" }, new[] { "</arg_value>" })]
    [InlineData("""{"type": "string", "const": "x"}""", new[] { "x" }, new[] { "y" })]
    [InlineData("""{"type": "string"}""", new[] { "", "any <tag>" }, new[] { "a</arg_value>b" })]
    public void A_text_between_tags_satisfies_its_schema(string schema, string[] valid, string[] invalid)
    {
        ToolDefinition tool = Tool("t", $$"""{"type": "object", "properties": {"p": {{schema}}}, "required": ["p"]}""");
        GbnfGrammar grammar = ToolGrammarRules.For(new GlmSyntax(), [tool]);
        Assert.All(valid, text => Assert.True(grammar.IsMatch($"t<arg_key>p</arg_key><arg_value>{text}</arg_value></tool_call>"), text));
        Assert.All(invalid, text => Assert.False(grammar.IsMatch($"t<arg_key>p</arg_key><arg_value>{text}</arg_value></tool_call>"), text));
    }

    [Fact]
    public void A_text_that_cannot_be_written_is_an_error_that_names_it()
    {
        ToolDefinition tool = Tool("t", """{"type": "object", "properties": {"p": {"type": "string", "enum": ["</arg_value>", null]}}}""");
        GrammarException error = Assert.Throws<GrammarException>(() => ToolGrammarRules.For(new GlmSyntax(), [tool]));
        Assert.Contains("parameter 'p' of the tool 't'", error.Message, StringComparison.Ordinal);
    }

    private static string Error(ToolSyntax syntax)
    {
        GrammarException error = Assert.Throws<GrammarException>(() => ToolGrammarRules.For(syntax, [s_good, s_bad]));
        Assert.IsType<Grammars.JsonSchemaException>(error.InnerException);
        return error.Message;
    }

    private static ToolDefinition Tool(string name, string schema) => new(name, "", JsonNode.Parse(schema)!.AsObject());
}
