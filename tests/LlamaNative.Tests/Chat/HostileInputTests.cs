using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlamaNative.Chat.Templates;
using LlamaNative.Sampling.Grammars;
using LlamaNative.Tests.Chat.Templates;

namespace LlamaNative.Tests.Chat;

/// <summary>
/// Text that means harm, as messages, template, schema and grammar: an answer or an error of ours, in bounded time. Set
/// LLAMANATIVE_FUZZ_COUNT for more than the usual number of random ones.
/// </summary>
public sealed class HostileInputTests
{
    private static readonly int s_count =
        int.TryParse(Environment.GetEnvironmentVariable("LLAMANATIVE_FUZZ_COUNT"), CultureInfo.InvariantCulture, out int given) ? given : 600;

    private static readonly TemplateLimits s_limits = new() { MaxSteps = 200_000, MaxAllocatedBytes = 32 << 20, MaxOutputLength = 1 << 22 };

    public static TheoryData<string, string> Schemas => new()
    {
        { "deep objects", Repeat("{\"items\":", 10_000) + "{}" + Repeat("}", 10_000) },
        { "deep arrays", Repeat("[", 10_000) + Repeat("]", 10_000) },
        { "deep allOf", Repeat("{\"allOf\":[", 5_000) + "{}" + Repeat("]}", 5_000) },
        { "itself", """{"$ref":"#"}""" },
        { "a circle of references", """{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}""" },
        { "never ends", """{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""" },
        { "grows by references", Powers("allOf", 30) },
        { "alternatives by references", Powers("anyOf", 30) },
        { "alternatives multiplied", "{\"allOf\":[" + string.Join(',', Enumerable.Repeat("""{"anyOf":[{"minLength":1},{"maxLength":3},{"pattern":"^a"},{"type":"null"}]}""", 12)) + "]}" },
        { "a billion items", """{"type":"array","minItems":1000000000}""" },
        { "at most a billion items", """{"type":"array","maxItems":1000000000}""" },
        { "more items than there are", """{"type":"array","minItems":99999999999999999999}""" },
        { "a billion characters", """{"type":"string","minLength":1000000000}""" },
        { "between billions", """{"type":"string","minLength":999999999,"maxLength":1000000000}""" },
        { "a billion properties", """{"type":"object","minProperties":1000000000}""" },
        { "a pattern repeated", """{"type":"string","pattern":"^a{0,1000000000}$"}""" },
        { "repeated repetitions", """{"type":"string","pattern":"^((((a{0,99}){0,99}){0,99}){0,99}){0,99}$"}""" },
        { "a catastrophic pattern", """{"type":"string","pattern":"^(a+)+$"}""" },
        { "a doubling pattern", """{"type":"string","pattern":"(a|b)*a(a|b){40}$"}""" },
        { "crossing patterns", "{\"allOf\":[" + string.Join(',', Enumerable.Range(2, 12).Select(n => $"{{\"type\":\"string\",\"pattern\":\"^(a{{{n * n}}})*$\"}}")) + "]}" },
        { "a deep pattern", "{\"pattern\":\"" + Repeat("(", 10_000) + "a" + Repeat(")", 10_000) + "\"}" },
        { "a long pattern", "{\"pattern\":\"" + Repeat("[a-z]?", 100_000) + "\"}" },
        { "lone surrogates", """{"const":"\ud800"}""" },
        { "a surrogate as a name", """{"type":"object","properties":{"\udfff":{}},"required":["\udfff"]}""" },
        { "zero characters", """{"enum":["\u0000","a\u0000b"]}""" },
        { "a zero character itself", "{\"const\":\"\0\"}" },
        { "infinite bounds", """{"type":"number","minimum":-1e999,"maximum":1e999}""" },
        { "tiny bounds", """{"type":"number","minimum":1e-999}""" },
        { "an infinite constant", """{"const":1e999}""" },
        { "long bounds", "{\"type\":\"integer\",\"minimum\":1" + Repeat("0", 100_000) + "}" },
        { "keys named twice", """{"type":"string","type":"integer","enum":[1],"enum":["a"]}""" },
        { "properties named twice", """{"type":"object","properties":{"a":{"type":"null"},"a":{"type":"integer"}},"required":["a"]}""" },
        { "a million enum values", "{\"enum\":[" + string.Join(',', Enumerable.Range(0, 200_000)) + "]}" },
        { "many properties", "{\"properties\":{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"p{i}\":{{}}")) + "}}" },
        { "many oneOf", "{\"oneOf\":[" + string.Join(',', Enumerable.Range(0, 3_000).Select(i => $"{{\"const\":{i}}}")) + "]}" },
        { "a pointer nowhere", """{"$ref":"#/a~9/%zz/-1"}""" },
        { "no JSON", "{\"type\":" },
        { "nothing", "" },
    };

    public static TheoryData<string, string> Grammars => new()
    {
        { "deep groups", "root ::= " + Repeat("(", 10_000) + "\"a\"" + Repeat(")", 10_000) },
        { "open groups", "root ::= " + Repeat("(", 100_000) },
        { "a billion", "root ::= \"a\"{0,1000000000}" },
        { "nested billions", "root ::= (((\"a\"{0,2000}){0,2000}){0,2000}){0,2000}" },
        { "more than there is", "root ::= \"a\"{99999999999999999999}" },
        { "to the left", "root ::= root \"a\" | \"a\"" },
        { "hidden to the left", "root ::= e root \"a\"\ne ::= \"\" | \"b\"" },
        { "itself", "root ::= root" },
        { "endless", "root ::= \"a\" root" },
        { "nothing called", "root ::= missing" },
        { "no root", "a ::= \"b\"" },
        { "zero", "root ::= \"\0\"" },
        { "surrogate", "root ::= \"\ud800\"" },
        { "escape", "root ::= \"\\U7FFFFFFF\" [\\UFFFFFFFF-\\x00]" },
        { "backwards", "root ::= [z-a]" },
        { "open", "root ::= [a" },
        { "many rules", string.Join('\n', Enumerable.Range(0, 100_000).Select(i => $"r{i} ::= r{i + 1}")) + "\nroot ::= r0" },
        { "empty repeated", "root ::= (\"\"*)*" },
    };

    [Theory]
    [MemberData(nameof(Schemas))]
    public void A_hostile_schema_is_a_grammar_or_a_typed_error(string name, string schema)
    {
        Assert.NotNull(name);
        Ends<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema), schema);
    }

    [Theory]
    [MemberData(nameof(Grammars))]
    public void A_hostile_grammar_is_a_grammar_or_a_typed_error(string name, string grammar)
    {
        Assert.NotNull(name);
        Ends<GrammarException>(() => GbnfGrammar.Parse(grammar), grammar);
    }

    [Fact]
    public void Random_grammars_are_grammars_or_typed_errors()
    {
        string[] pieces = [.. "root ::= | ( ) [ ] [^ ] { } {1,3} {0,} * + ? \"a\" \"\\n\" \\x41 \\u00e9 a-z - \" \\ # \n ... . a b x-y 0 999999 ! <".Split(' ')];
        Random random = new(71);
        for (int i = 0; i < s_count * 5; i++)
        {
            string text = "root ::= " + Join(random, pieces, 20);
            Ends<GrammarException>(() => GbnfGrammar.Parse(text), text);
        }
    }

    [Fact]
    public void Random_schemas_of_real_keywords_are_grammars_or_typed_errors()
    {
        Random random = new(72);
        for (int i = 0; i < s_count; i++)
        {
            string schema = RandomSchema(random, 0).ToJsonString();
            Ends<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema), schema);
        }
    }

    /// <summary>Variables of any shape, where a template expects messages: what is read of them may be anything.</summary>
    [Fact]
    public void Random_messages_are_rendered_or_refused_by_every_golden_template()
    {
        ChatTemplate[] templates = [.. Directory.GetFiles(GoldenFile.PathOf("templates"), "*.jinja").Order(StringComparer.Ordinal).Select(file => ChatTemplate.Parse(File.ReadAllText(file), s_limits))];
        Random random = new(73);
        for (int i = 0; i < s_count; i++)
        {
            var variables = new JsonObject
            {
                ["messages"] = random.Next(4) == 0 ? RandomJson(random, 0) : new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => RandomMessage(random))]),
                ["tools"] = random.Next(2) == 0 ? RandomJson(random, 0) : null,
                ["bos_token"] = RandomJson(random, 3),
                ["add_generation_prompt"] = RandomJson(random, 3),
            };
            ChatTemplate template = templates[i % templates.Length];
            Ends<ChatTemplateException>(() => template.Render(variables, TemplateTesting.Clock), variables.ToJsonString());
        }
    }

    [Theory]
    [InlineData("{{ messages }}")]
    [InlineData("{{ messages | tojson }}")]
    [InlineData("{{ messages | tojson(indent=4) }}")]
    [InlineData("{{ messages == messages }}")]
    [InlineData("{{ messages | string | length }}")]
    [InlineData("{{ messages | list | sort }}")]
    [InlineData("{{ {'a': messages} | tojson }}")]
    [InlineData("{{ messages | unique | list | length }}")]
    public void Messages_ten_thousand_deep_are_text_or_a_typed_error(string template)
    {
        string json = "{\"messages\":" + Repeat("[", 10_000) + Repeat("]", 10_000) + "}";
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 20_000 });
        Ends<ChatTemplateException>(() => ChatTemplate.Parse(template).Render(document.RootElement, TemplateTesting.Clock), template);
    }

    [Fact]
    public async Task The_tool_tells_what_is_wrong_with_its_files_in_one_line()
    {
        using var files = new TemporaryFolder();
        string template = files.NewPath();
        string messages = files.NewPath();
        (string Template, string Messages)[] pairs =
        [
            ("{{ messages }}", "{\"messages\":" + Repeat("[", 10_000) + Repeat("]", 10_000) + "}"),
            ("{{ messages }}", "[]"),
            ("{{ messages }}", "\"\\ud800\""),
            ("{{ messages }}", "{\"messages\":1e999} x"),
            (Repeat("{% if 1 %}", 10_000), "{}"),
            ("{{ " + Repeat("(", 10_000), "{}"),
            ("{{ messages[0].x.y }}", "{\"messages\":[]}"),
        ];
        foreach ((string source, string variables) in pairs)
        {
            await File.WriteAllTextAsync(template, source);
            await File.WriteAllTextAsync(messages, variables);
            ToolResult result = await Tool.RunAsync("render", "--template", template, "--messages", messages);
            Assert.True(result.ExitCode == 1, $"{source[..Math.Min(40, source.Length)]}: {result.ExitCode} {result.Error}");
            Assert.DoesNotContain("unexpected", result.Error, StringComparison.Ordinal);
            Assert.Single(result.Error.Trim().Split('\n'));
        }
    }

    private static void Ends<TError>(Action action, string input)
        where TError : Exception
    {
        try
        {
            action();
        }
        catch (TError)
        {
            // The one exception such an input may cause.
        }
        catch (Exception error)
        {
            Assert.Fail($"{error.GetType().Name}: {error.Message} from {input[..Math.Min(300, input.Length)]}");
        }
    }

    private static JsonObject RandomSchema(Random random, int depth)
    {
        var schema = new JsonObject();
        for (int keywords = random.Next(1, 5); keywords > 0; keywords--)
        {
            switch (random.Next(depth > 4 ? 9 : 16))
            {
                case 0:
                    schema["type"] = Pick<JsonNode>(random, "string", "integer", "number", "object", "array", "null", "boolean", new JsonArray("string", "null"));
                    break;
                case 1:
                    schema[Pick(random, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")] = Pick<JsonNode>(random, 0, -1.5, 7, 1e300, 0.01, "x");
                    break;
                case 2:
                    schema[Pick(random, "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")] = Pick<JsonNode>(random, 0, 1, 3, 100_000, 2_000_000_000, -1);
                    break;
                case 3:
                    schema["pattern"] = Pick(random, "^a+$", "(a|b){2,3}", "[^x]*", "^\\d{1,4}-\\w$", "(", "a{5,1}", ".");
                    break;
                case 4:
                    schema["enum"] = new JsonArray([.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => RandomJson(random, 2))]);
                    break;
                case 5:
                    schema["const"] = RandomJson(random, 2);
                    break;
                case 6:
                    schema["$ref"] = Pick(random, "#", "#/properties/a", "#/items", "#/anyOf/0", "#/$defs/x");
                    break;
                case 7:
                    schema["format"] = Pick(random, "date", "time", "uuid", "ipv6", "email");
                    break;
                case 8:
                    schema["required"] = new JsonArray(Pick(random, "a", "b", ""), Pick(random, "a", "c"));
                    break;
                case 9 or 10:
                    schema["properties"] = new JsonObject { ["a"] = RandomSchema(random, depth + 1), [Pick(random, "b", "", "\0", "é")] = RandomSchema(random, depth + 1) };
                    break;
                case 11:
                    schema["items"] = RandomSchema(random, depth + 1);
                    break;
                case 12:
                    schema["prefixItems"] = new JsonArray(RandomSchema(random, depth + 1), RandomSchema(random, depth + 1));
                    break;
                case 13:
                    schema["additionalProperties"] = Pick<JsonNode>(random, true, false, RandomSchema(random, depth + 1));
                    break;
                default:
                    schema[Pick(random, "anyOf", "oneOf", "allOf")] = new JsonArray([.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => RandomSchema(random, depth + 1))]);
                    break;
            }
        }

        return schema;
    }

    private static JsonObject RandomMessage(Random random)
    {
        var message = new JsonObject
        {
            ["role"] = random.Next(10) == 0 ? RandomJson(random, 2) : Pick(random, "user", "assistant", "system", "tool", "developer", "x"),
            ["content"] = random.Next(4) == 0 ? RandomJson(random, 0) : "text",
        };
        if (random.Next(3) == 0)
        {
            message["tool_calls"] = random.Next(4) == 0 ? RandomJson(random, 0) : new JsonArray(new JsonObject { ["id"] = RandomJson(random, 3), ["function"] = new JsonObject { ["name"] = RandomJson(random, 3), ["arguments"] = RandomJson(random, 0) } });
        }

        if (random.Next(5) == 0)
        {
            message.Remove("content");
        }

        return message;
    }

    private static JsonNode? RandomJson(Random random, int depth) => random.Next(depth > 3 ? 8 : 12) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.Next(-5, 5),
        3 => random.NextDouble() * Math.Pow(10, random.Next(-10, 300)),
        4 => "",
        5 => Pick(random, "\0", "text", "é😀", "{{ x }}", "</think>", "<|im_end|>", " \n\t", "\u2028", "'\"\\"),
        6 => new string('x', random.Next(2000)),
        7 => 12345678901234567890m,
        8 or 9 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(random, depth + 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create(Pick(random, "type", "text", "function", "name", "a", "") + i, RandomJson(random, depth + 1)))),
    };

    private static string Powers(string keyword, int levels)
    {
        StringBuilder schema = new("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
        for (int i = 0; i < levels; i++)
        {
            schema.Append($"\"d{i}\":{{\"{keyword}\":[{{\"$ref\":\"#/$defs/d{i + 1}\"}},{{\"$ref\":\"#/$defs/d{i + 1}\"}}]}},");
        }

        return schema.Append($"\"d{levels}\":{{\"type\":\"string\",\"minLength\":1}}}}}}").ToString();
    }

    private static string Join(Random random, string[] pieces, int most)
    {
        StringBuilder text = new();
        for (int length = random.Next(1, most); length > 0; length--)
        {
            text.Append(pieces[random.Next(pieces.Length)]).Append(random.Next(2) == 0 ? " " : "");
        }

        return text.ToString();
    }

    private static T Pick<T>(Random random, params T[] items) => items[random.Next(items.Length)];

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
}
