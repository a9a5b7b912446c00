using System.Text;
using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Sampling.Grammars;
using LlamaNative.Sampling.Grammars.Gbnf;

namespace LlamaNative.Tests.Chat.Tools;

/// <summary>Tool calls as the families of models write them; expected values follow the model cards' own examples.</summary>
public sealed class ToolCallReaderTests
{
    public static TheoryData<string, string, string, string> Messages => new()
    {
        { "<tool_call>", "Let me see.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\"}}\n</tool_call>", "Let me see.\n", "weather{\"city\":\"Köln\"}" },
        { "<tool_call>", "<tool_call>{\"name\":\"a\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"b\",\"arguments\":{\"x\":1}}</tool_call>", "\n", "a{} b{\"x\":1}" },
        { "<tool_call>", "<tool_call>not json</tool_call> ok", "<tool_call>not json</tool_call> ok", "" },
        { "<tool_call>", "a < b and <tool_ is no mark", "a < b and <tool_ is no mark", "" },
        { "[TOOL_CALLS]", "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"n\": 2}, \"id\": \"VvvODy9mT\"}]", "", "f{\"n\":2}#VvvODy9mT" },
        { "[TOOL_CALLS]", "[TOOL_CALLS]f[ARGS]{\"n\": 2}[TOOL_CALLS]g[CALL_ID]123456789[ARGS]{}", "", "f{\"n\":2} g{}#123456789" },
        { "<|python_tag|>", "{\"name\": \"f\", \"parameters\": {\"n\": 2}}", "", "f{\"n\":2}" },
        { "<|python_tag|>", "<|python_tag|>brave_search.call(query=\"red \\\"panda\\\"\", count=3)", "", "brave_search{\"query\":\"red \\u0022panda\\u0022\",\"count\":3}" },
        { "<|python_tag|>", "<|python_tag|>{\"name\":\"f\",\"parameters\":{}}; {\"name\":\"g\",\"parameters\":{}}", "", "f{} g{}" },
        { "<|python_tag|>", "{\"answer\": 42}", "{\"answer\": 42}", "" },
        { "<function=", "Hi <function=get>{\"k\": [1, 2]}</function>", "Hi ", "get{\"k\":[1,2]}" },
        { "none", "```json\n{\"name\": \"f\", \"arguments\": \"{\\\"n\\\": 1}\"}\n```", "", "f{\"n\":1}" },
        { "none", "{\"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": {}}}]}", "", "f{}" },
        { "none", "{\"name\": \"f\", \"arguments\": {\"a\": 1, \"a\": 2}}", "{\"name\": \"f\", \"arguments\": {\"a\": 1, \"a\": 2}}", "" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Speech_and_calls_come_apart_whole_and_in_single_characters(string templateMark, string message, string speech, string calls)
    {
        foreach (int size in new[] { message.Length, 1, 3 })
        {
            var reader = new ToolCallReader(ToolSyntax.Of("… " + templateMark + " …"));
            var said = new StringBuilder();
            for (int at = 0; at < message.Length; at += size)
            {
                said.Append(reader.Append(message.Substring(at, Math.Min(size, message.Length - at))));
            }

            said.Append(reader.Complete());
            Assert.Equal(speech, said.ToString());
            Assert.Equal(calls, string.Join(' ', reader.Calls.Select(call => call.Name + call.Arguments.ToJsonString().Replace("\\u00F6", "ö", StringComparison.Ordinal) + (call.Id is null ? "" : "#" + call.Id))));
        }
    }

    [Theory]
    [InlineData("<tool_call>", "\n{\"name\": \"weather\", \"arguments\": {\"city\":\"Bonn\"}}\n</tool_call>", "\n{\"name\": \"wether\", \"arguments\": {\"city\":\"Bonn\"}}\n</tool_call>")]
    [InlineData("[TOOL_CALLS]", " [{\"name\": \"weather\", \"arguments\": {\"city\":\"Bonn\"}}]", "[{\"name\": \"weather\", \"arguments\": {\"city\":3}}]")]
    [InlineData("<|python_tag|>", "{\"name\": \"weather\", \"parameters\": {\"city\":\"Bonn\"}}", "{\"name\": \"weather\"}")]
    [InlineData("<function=", "weather>{\"city\":\"Bonn\"}</function>", "weather>{}</function>")]
    public void The_grammar_of_tools_takes_calls_that_fit_and_no_others(string mark, string right, string wrong)
    {
        var schema = (JsonObject)JsonNode.Parse("""{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}""")!;
        ToolSyntax syntax = ToolSyntax.Of(mark);
        GbnfGrammar grammar = ToolGrammarRules.For(syntax, [new ToolDefinition("weather", "", schema), new ToolDefinition("time", "", new JsonObject { ["type"] = "object" })]);
        Assert.True(GbnfMatcher.Matches(grammar, right));
        Assert.False(GbnfMatcher.Matches(grammar, wrong));

        var reader = new ToolCallReader(syntax);
        reader.Append(syntax.Begin + right);
        reader.Complete();
        Assert.Equal("weather", Assert.Single(reader.Calls).Name);
    }
}
