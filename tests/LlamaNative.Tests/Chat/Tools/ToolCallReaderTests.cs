using System.Text;
using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Tests;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Chat.Tools;

/// <summary>Tool calls in the syntax of each model family; expected values follow the examples in the model cards.</summary>
public sealed class ToolCallReaderTests
{
    public static TheoryData<string, string, string, string> Messages => new()
    {
        { "<tool_call>", "Let me see.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\"}}\n</tool_call>",
            "Let me see.\n", "weather{\"city\":\"Köln\"}" },
        { "<tool_call>",
            "<tool_call>{\"name\":\"a\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"b\",\"arguments\":{\"x\":1}}</tool_call>",
            "\n", "a{} b{\"x\":1}" },
        { "<tool_call>", "<tool_call>not json</tool_call> ok", "<tool_call>not json</tool_call> ok", "" },
        { "<tool_call>", "a < b and <tool_ is no mark", "a < b and <tool_ is no mark", "" },
        { "[TOOL_CALLS]", "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"n\": 2}, \"id\": \"VvvODy9mT\"}]",
            "", "f{\"n\":2}#VvvODy9mT" },
        { "[TOOL_CALLS]", "[TOOL_CALLS]f[ARGS]{\"n\": 2}[TOOL_CALLS]g[CALL_ID]123456789[ARGS]{}", "", "f{\"n\":2} g{}#123456789" },
        { "<|python_tag|>", "{\"name\": \"f\", \"parameters\": {\"n\": 2}}", "", "f{\"n\":2}" },
        { "<|python_tag|>", "<|python_tag|>brave_search.call(query=\"red \\\"panda\\\"\", count=3)", "",
            "brave_search{\"query\":\"red \\u0022panda\\u0022\",\"count\":3}" },
        { "<|python_tag|>", "<|python_tag|>{\"name\":\"f\",\"parameters\":{}}; {\"name\":\"g\",\"parameters\":{}}", "", "f{} g{}" },
        { "<|python_tag|>", "{\"answer\": 42}", "{\"answer\": 42}", "" },
        { "<function=", "Hi <function=get>{\"k\": [1, 2]}</function>", "Hi ", "get{\"k\":[1,2]}" },
        { "<tool_call> <function= <parameter=",
            "Ok.\n<tool_call>\n<function=weather>\n<parameter=city>\nBad "
            + "Tölz\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>", "Ok.\n",
            "weather{\"city\":\"Bad Tölz\",\"days\":3}" },
        { "<tool_call> <function= <parameter=",
            "<tool_call><function=a></function></tool_call><tool_call><function=weather><parameter=city>\n42\n</parameter></function></"
            + "tool_call>", "", "a{} weather{\"city\":\"42\"}" },
        { "<tool_call> <function= <parameter=",
            "<tool_call><function=w><parameter=code>\nif a < b:\n\n  x = [1]\n\n</parameter><parameter=l>[1, {\"a\": "
            + "null}]</parameter></function></tool_call>", "", "w{\"code\":\"if a \\u003C b:\\n\\n  x = [1]\\n\",\"l\":[1,{\"a\":null}]}" },
        { "<tool_call> <function= <parameter=", "<tool_call><function=w><parameter=a>1</function></tool_call>",
            "<tool_call><function=w><parameter=a>1</function></tool_call>", "" },
        { "<tool_call> <arg_key>",
            "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>42</arg_value>\n<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</"
            + "tool_call>", "", "weather{\"city\":\"42\",\"days\":2}" },
        { "<tool_call> <arg_key>", "<tool_call>a</tool_call><tool_call>b<arg_key>x</arg_key><arg_value>y z</arg_value></tool_call>",
            "", "a{} b{\"x\":\"y z\"}" },
        { "<tool_calls>",
            "Hm.<tool_calls>[{\"name\": \"a\", \"arguments\": {}, \"id\": \"1\"}, {\"name\": \"b\", \"arguments\": {\"x\": "
            + "1}}]</tool_calls>", "Hm.", "a{}#1 b{\"x\":1}" },
        { ">>>", "all\nHello > you >> all.", "Hello > you >> all.", "" },
        { ">>>", "weather\n{\"city\": \"Rom\"}>>>time\n{}", "", "weather{\"city\":\"Rom\"} time{}" },
        { ">>>", "all\nLet me see.>>>weather\n{\"city\": \">>\"}", "Let me see.", "weather{\"city\":\"\\u003E\\u003E\"}" },
        { "<|recipient|> <|from|>assistant\n<|recipient|>",
            "weather\n<|content|>{\"city\": \"Rom\"}<|from|>assistant\n<|recipient|>all\n<|content|>Wait.",
            "Wait.", "weather{\"city\":\"Rom\"}" },
        { "<|python_tag|>", "{\"name\": \"f\", \"parameters\": {\"s\": \"a;b } {\"}}\n{\"name\": \"g\", \"parameters\": {}}",
            "", "f{\"s\":\"a;b } {\"} g{}" },
        { "<|python_tag|>", "  {\"name\": \"f\", \"parameters\": {}} and more", "  {\"name\": \"f\", \"parameters\": {}} and more", "" },
        { "none", "```json\n{\"name\": \"f\", \"arguments\": \"{\\\"n\\\": 1}\"}\n```", "", "f{\"n\":1}" },
        { "none", "{\"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": {}}}]}", "", "f{}" },
        { "none", "{\"name\": \"f\", \"arguments\": {\"a\": 1, \"a\": 2}}", "{\"name\": \"f\", \"arguments\": {\"a\": 1, \"a\": 2}}", "" },
    };

    private static IReadOnlyList<ToolDefinition> Tools { get; } =
    [
        new("weather", "", (JsonObject)JsonNode.Parse(
            """{"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}""")!),
        new("time", "",
            (JsonObject)JsonNode.Parse(
                """{"type": "object", "properties": {"zone": {"enum": ["CET", "UTC"]}, "as": {"$ref": "#/$defs/as"}, "b": """
                + """{"type": "boolean"}}, "$defs": {"as": {"type": "array", "items": {"type": "number"}}}}""")!),
    ];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Speech_and_calls_come_apart_whole_and_in_single_characters(string templateMark, string message, string speech, string calls)
    {
        foreach (int size in new[] { message.Length, 1, 3 })
        {
            var reader = new ToolCallReader(ToolSyntax.Of("… " + templateMark + " …", null), Tools);
            var said = new StringBuilder();
            for (int at = 0; at < message.Length; at += size)
            {
                said.Append(reader.Append(message.Substring(at, Math.Min(size, message.Length - at))));
            }

            said.Append(reader.Complete());
            Assert.Equal(speech, said.ToString());
            Assert.Equal(calls,
                string.Join(' ',
                    reader.Calls.Select(
                        call => call.Name + call.Arguments.ToJsonString().Replace("\\u00F6", "ö",
                            StringComparison.Ordinal) + (call.Id is null ? "" : "#" + call.Id))));
        }
    }

    [Theory]
    [InlineData("<tool_call>", "\n{\"name\": \"weather\", \"arguments\": {\"city\":\"Bonn\"}}\n</tool_call>",
        "\n{\"name\": \"wether\", \"arguments\": {\"city\":\"Bonn\"}}\n</tool_call>")]
    [InlineData("[TOOL_CALLS]", " [{\"name\": \"weather\", \"arguments\": {\"city\":\"Bonn\"}}]",
        "[{\"name\": \"weather\", \"arguments\": {\"city\":3}}]")]
    [InlineData("<|python_tag|>", "{\"name\": \"weather\", \"parameters\": {\"city\":\"Bonn\"}}", "{\"name\": \"weather\"}")]
    [InlineData("<tool_call><function=<parameter=",
        "\n<function=weather>\n<parameter=city>\na</div><b>\n</parameter>\n</function>\n</tool_call>",
        "\n<function=weather>\n</function>\n</tool_call>")]
    [InlineData("<tool_call><arg_key>", "weather\n<arg_key>city</arg_key>\n<arg_value>B<</arg_value>\n</tool_call>",
        "weather\n<arg_key>town</arg_key>\n<arg_value>B</arg_value>\n</tool_call>")]
    [InlineData("[TOOL_CALLS][ARGS]", "weather[ARGS]{\"city\":\"Bonn\"}", "weather[ARGS]{}")]
    [InlineData("[TOOL_CALLS][CALL_ID][ARGS]", "weather[CALL_ID]abc123XYZ[ARGS]{\"city\":\"Bonn\"}", "weather[ARGS]{\"city\":\"Bonn\"}")]
    [InlineData("<TOOLCALL>", "[{\"name\": \"weather\", \"arguments\": {\"city\":\"Bonn\"}}]</TOOLCALL>",
        "{\"name\": \"weather\", \"arguments\": {\"city\":\"Bonn\"}}</TOOLCALL>")]
    [InlineData("<function=", "weather>{\"city\":\"Bonn\"}</function>", "weather>{}</function>")]
    public void The_grammar_of_tools_takes_calls_that_fit_and_no_others(string mark, string right, string wrong)
    {
        var schema = (JsonObject)JsonNode.Parse(
            """{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}""")!;
        ToolSyntax syntax = ToolSyntax.Of(mark, null);
        GbnfGrammar grammar = ToolGrammarRules.For(syntax,
            [new ToolDefinition("weather", "", schema), new ToolDefinition("time", "", new JsonObject
        {
            ["type"] = "object",
        })]);
        Assert.True(grammar.IsMatch(right));
        Assert.False(grammar.IsMatch(wrong));

        var reader = new ToolCallReader(syntax, []);
        reader.Append(syntax.Begin + right);
        reader.Complete();
        Assert.Equal("weather", Assert.Single(reader.Calls).Name);
    }

    /// <summary>Reading such a string later would throw in the middle of an answer.</summary>
    [Theory]
    [InlineData("{\"name\": \"weather\", \"arguments\": {\"city\": \"\\ud800\"}}")]
    [InlineData("{\"name\": \"weather\", \"arguments\": {\"\\ud800\": 1}}")]
    [InlineData("{\"name\": \"\\udc00\", \"arguments\": {}}")]
    public void A_call_with_half_of_a_surrogate_pair_is_text(string call)
    {
        ToolSyntax syntax = ToolSyntax.Of("<tool_call>", null);
        var reader = new ToolCallReader(syntax, []);
        reader.Append(syntax.Begin + call + "</tool_call>");
        reader.Complete();
        Assert.Empty(reader.Calls);
    }

    [Fact]
    public void Parameters_that_no_grammar_can_follow_are_an_error_of_the_library_with_its_cause()
    {
        var tool = new ToolDefinition("weather", "", new JsonObject { ["type"] = "kaboom" });
        GrammarException error = Assert.Throws<GrammarException>(() => ToolGrammarRules.For(ToolSyntax.Of("<tool_call>", null), [tool]));
        Assert.IsAssignableFrom<LlamaException>(error);
        Assert.Equal("/type", Assert.IsType<JsonSchemaException>(error.InnerException).JsonPointer);
    }

    /// <summary>
    /// In every family, text that the grammar allows must be parsed as calls: the grammar and the parser are written separately.
    /// </summary>
    [Theory]
    [InlineData("<tool_call>")]
    [InlineData("<tool_call><function=<parameter=")]
    [InlineData("<seed:tool_call><function=<parameter=")]
    [InlineData("<tool_call><arg_key>")]
    [InlineData("<tool_calls>")]
    [InlineData("[TOOL_CALLS]")]
    [InlineData("[TOOL_CALLS][ARGS]")]
    [InlineData("[TOOL_CALLS][CALL_ID][ARGS]")]
    [InlineData("<function=")]
    [InlineData("<|python_tag|>")]
    [InlineData(">>>")]
    [InlineData("<|from|>assistant\n<|recipient|>")]
    [InlineData("nothing")]
    public void Whatever_the_grammar_allows_is_read_back(string mark)
    {
        ToolSyntax syntax = ToolSyntax.Of(mark, null);
        var sentences = new GbnfSentences(ToolGrammarRules.For(syntax, Tools), seed: 5);
        for (int i = 0; i < 100; i++)
        {
            string sentence = sentences.Next();
            var reader = new ToolCallReader(syntax, Tools);
            string speech = reader.Append((syntax.Address is null ? syntax.Begin : "") + sentence) + reader.Complete();
            Assert.True(string.IsNullOrWhiteSpace(speech), sentence);
            Assert.NotEmpty(reader.Calls);
            Assert.All(reader.Calls, call => Assert.Contains(call.Name, new[] { "weather", "time" }));
        }
    }

    /// <summary>If every piece searched all pending text, reading would be quadratic: a million characters would take hours.</summary>
    [Theory]
    [InlineData("<tool_call>", "<tool_call>")]
    [InlineData("<tool_call>", "   ")]
    [InlineData("<|python_tag|>", "{")]
    [InlineData(">>>", "weather\n")]
    public void A_long_message_in_single_characters_ends(string mark, string begin)
    {
        var reader = new ToolCallReader(ToolSyntax.Of(mark, null), Tools);
        var said = new StringBuilder(reader.Append(begin));
        for (int i = 0; i < 1_000_000; i++)
        {
            said.Append(reader.Append(i % 3 == 0 ? "<" : "x"));
        }

        said.Append(reader.Complete());
        Assert.InRange(said.Length, 1_000_000, 1_000_100); // no call, so all of it is text
    }
}
