using System.Text;
using System.Text.Json.Nodes;
using static LlamaNative.TestSupport.HostileInput;

namespace LlamaNative.Grammars.Tests;

/// <summary>Malicious schemas and grammars result in a grammar or a typed error, in bounded time.</summary>
public sealed class HostileGrammarTests
{
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
        { "alternatives multiplied", "{\"allOf\":[" + string.Join(',',
            Enumerable.Repeat("""{"anyOf":[{"minLength":1},{"maxLength":3},{"pattern":"^a"},{"type":"null"}]}""", 12)) + "]}" },
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
        { "crossing patterns", "{\"allOf\":[" + string.Join(',',
            Enumerable.Range(2, 12).Select(n => $"{{\"type\":\"string\",\"pattern\":\"^(a{{{n * n}}})*$\"}}")) + "]}" },
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
        Ends<GbnfException>(() => GbnfGrammar.Parse(grammar), grammar);
    }

    [Fact]
    public void Random_grammars_are_grammars_or_typed_errors()
    {
        string[] pieces = ("root ::= | ( ) [ ] [^ ] { } {1,3} {0,} * + ? \"a\" \"\\n\" \\x41 \\u00e9 a-z - \" \\ # \n "
            + "... . a b x-y 0 999999 ! <").Split(' ');
        Random random = new(71);
        for (int i = 0; i < HostileInput.Count * 5; i++)
        {
            string text = "root ::= " + Join(random, pieces, 20);
            Ends<GbnfException>(() => GbnfGrammar.Parse(text), text);
        }
    }

    [Fact]
    public void Random_schemas_of_real_keywords_are_grammars_or_typed_errors()
    {
        Random random = new(72);
        for (int i = 0; i < HostileInput.Count; i++)
        {
            string schema = RandomSchema(random, 0).ToJsonString();
            Ends<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema), schema);
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
                    schema["type"] = Pick<JsonNode>(random, "string", "integer", "number", "object", "array",
                        "null", "boolean", new JsonArray("string", "null"));
                    break;
                case 1:
                    schema[Pick(random, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")] = Pick<JsonNode>(
                        random, 0, -1.5, 7, 1e300, 0.01, "x");
                    break;
                case 2:
                    schema[Pick(random, "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")] =
                        Pick<JsonNode>(random, 0, 1, 3, 100_000, 2_000_000_000, -1);
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
                    schema["properties"] = new JsonObject
                    {
                        ["a"] = RandomSchema(random, depth + 1),
                        [Pick(random, "b", "", "\0", "é")] = RandomSchema(random, depth + 1),
                    };
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
                    schema[Pick(random, "anyOf", "oneOf", "allOf")] = new JsonArray(
                        [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => RandomSchema(random, depth + 1))]);
                    break;
            }
        }

        return schema;
    }

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
}
