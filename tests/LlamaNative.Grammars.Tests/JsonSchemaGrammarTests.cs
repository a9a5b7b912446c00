using LlamaNative.Grammars;
using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars.Tests;

/// <summary>
/// What the grammar of a schema accepts. The expectations follow JSON Schema 2020-12 and, where a grammar must choose
/// (order, white space, undeclared properties), the choices of llama.cpp's converter.
/// </summary>
public class JsonSchemaGrammarTests
{
    [Fact]
    public void Our_matcher_agrees_with_a_validator_about_common_schemas()
    {
        var wrong = new List<string>();
        foreach ((string schema, string[] accepted, string[] refused) in SchemaTable.Rows)
        {
            GbnfGrammar grammar = JsonSchemaGrammar.FromSchema(schema);
            wrong.AddRange(accepted.Where(text => !grammar.IsMatch(text)).Select(text => $"{schema} refuses {text}"));
            wrong.AddRange(refused.Where(text => grammar.IsMatch(text)).Select(text => $"{schema} accepts {text}"));
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("""{"type":"null"}""", "null", "nul|0|null ")]
    [InlineData("""{"type":"boolean"}""", "true|false", "True|0|truefalse")]
    [InlineData("""{"type":"integer"}""", "0|-0|-12|18446744073709551615", "01|1.0|1e2|+1|-|--1")]
    [InlineData("""{"type":"number"}""", "0|-1.5|1e5|1E+05|79228162514264337593543950335|0.1", "1.|.5|01|NaN|1e|0x1")]
    [InlineData("""{"type":["integer","null"]}""", "1|null", "1.5|\"1\"|")]
    [InlineData("true", "null|[1,{\"a\":\"b\"}]|\"x\"|-1.5e3|{ }", "nul|[1,]|{a:1}|[1 2]|{\"a\":1,}")]
    [InlineData("{}", "[]|{}|0|[[[]]]|{\"a\": [true]}", "[|]|{}{}|")]
    [InlineData("""{"description":"any"}""", "1|\"a\"|[]", "undefined")]
    [InlineData("""{"enum":["a\"b",1e2,null,[1,{"k":"v"}]]}""", "\"a\\\"b\"|100|1e2|100.0|null|[1,{\"k\":\"v\"}]|[ 1, {\"k\": \"v\"}]",
        "\"ab\"|10|[1]|99")]
    [InlineData("""{"const":"é/\n"}""", "\"é/\\n\"|\"\\u00e9/\\n\"|\"\\u00E9/\\u000a\"", "\"e/\\n\"|\"é/\n\"|\"é\"")]
    [InlineData("""{"type":"string","enum":["a",1,"bcd"],"maxLength":2}""", "\"a\"", "1|\"bcd\"")]
    [InlineData("""{"enum":[1,2,3],"const":2}""", "2", "1|3")]
    public void Values(string schema, string accepted, string refused) => Check(schema, accepted, refused);

    [Theory]
    [InlineData("""{"type":"object"}""", "{}|{\"a\":1}|{\"a\": {\"b\": []}}", "[]|{|{\"a\"}")]
    [InlineData("""{"type":"object","additionalProperties":false}""", "{}|{ }", "{\"a\":1}")]
    [InlineData("""{"properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["b"]}""",
        "{\"b\":1}|{\"b\":1,\"a\":2}|{ \"b\" : 1, \"a\": 2 }|{\n  \"b\": 1,\n  \"a\": 2\n}",
        "{}|{\"a\":1}|{\"a\":2,\"b\":1}|{\"b\":1,\"c\":1}|{\"b\":1,}|{,\"b\":1}|{\"b\":\"1\"}|3")]
    [InlineData("""{"properties":{"a":true,"b":true,"c":true}}""",
        "{}|{\"a\":1}|{\"b\":1}|{\"c\":1}|{\"a\":1,\"c\":1}|{\"b\":1,\"c\":1}|{\"a\":1,\"b\":1,\"c\":1}",
        "{\"c\":1,\"a\":1}|{\"a\":1,\"a\":1}|{\"a\":1,,\"c\":1}|{\"d\":1}")]
    [InlineData("""{"properties":{"ab":{"type":"null"}},"additionalProperties":{"type":"integer"}}""",
        "{}|{\"ab\":null}|{\"a\":1}|{\"abc\":1}|{\"ac\":1,\"\":2}|{\"ab\":null,\"\\n\":3}|{\"\\u00e9\":4}|{\"é\":4}",
        "{\"ab\":1}|{\"a\":null}|{\"\\u0061b\":1}|{\"a\\u0062\":1}")]
    [InlineData("""{"properties":{"é":{"type":"null"}},"additionalProperties":{"type":"integer"}}""",
        "{\"é\":null}|{\"\\u00E9\":null}|{\"e\":1}|{\"éé\":1}|{\"\\u00ea\":1}", "{\"é\":1}|{\"\\u00e9\":1}|{\"\\u00E9\":1}")]
    [InlineData("""{"properties":{"😀":{"type":"null"}},"additionalProperties":{"type":"integer"}}""",
        "{\"😀\":null}|{\"\\ud83d\\ude00\":null}|{\"😁\":1}|{\"\\ud83d\\ude01\":1}", "{\"😀\":1}|{\"\\ud83d\\uDE00\":1}|{\"\\ud83d\":1}")]
    [InlineData("""{"type":"object","required":["x"]}""", "{\"x\":null}|{\"x\":1,\"y\":2}", "{}|{\"y\":2}")]
    [InlineData("""{"type":"object","required":["x"],"additionalProperties":{"type":"integer"}}""",
        "{\"x\":1}|{\"x\":1,\"y\":2}", "{}|{\"x\":null}|{\"x\":1,\"y\":null}")]
    [InlineData("""{"properties":{"a":true,"b":false},"required":["a"]}""", "{\"a\":1}", "{\"a\":1,\"b\":1}")]
    [InlineData("""{"properties":{"a":true,"b":true},"minProperties":1}""", "{\"a\":1}|{\"b\":1}|{\"a\":1,\"b\":1}", "{}")]
    [InlineData("""{"properties":{"a":true,"b":true,"c":true},"maxProperties":2,"required":["c"]}""",
        "{\"c\":1}|{\"c\":1,\"a\":1}|{\"c\":1,\"b\":1}", "{}|{\"c\":1,\"a\":1,\"b\":1}|{\"a\":1}")]
    [InlineData("""{"additionalProperties":{"type":"null"},"maxProperties":2}""", "{}|{\"a\":null}|{\"a\":null,\"b\":null}",
        "{\"a\":null,\"b\":null,\"c\":null}")]
    [InlineData("""{"properties":{"a":true},"unevaluatedProperties":false}""", "{}|{\"a\":1}", "{\"b\":1}")]
    public void Objects(string schema, string accepted, string refused) => Check(schema, accepted, refused);

    [Theory]
    [InlineData("""{"type":"array"}""", "[]|[1,\"a\"]|[ 1, 2 ]", "{}|[1,]|[,1]")]
    [InlineData("""{"items":{"type":"boolean"},"minItems":2}""", "[true,false]|[true,false,true]", "[]|[true]|[true,1]")]
    [InlineData("""{"items":{"type":"boolean"},"maxItems":2}""", "[]|[true]|[true,false]", "[true,false,true]")]
    [InlineData("""{"items":{"type":"boolean"},"maxItems":0}""", "[]|[ ]", "[true]")]
    [InlineData("""{"items":{"type":"boolean"},"minItems":1,"maxItems":1}""", "[true]", "[]|[true,true]")]
    [InlineData("""{"items":false}""", "[]", "[1]")]
    [InlineData("""{"prefixItems":[{"type":"integer"},{"enum":["x"]}]}""", "[1,\"x\"]", "[1]|[]|[\"x\",1]|[1,\"x\",2]")]
    [InlineData("""{"prefixItems":[{"type":"integer"},{"enum":["x"]}],"minItems":1}""", "[1]|[1,\"x\"]", "[]|[1,\"x\",2]")]
    [InlineData("""{"prefixItems":[{"type":"integer"}],"items":{"type":"null"}}""", "[1]|[1,null]|[1,null,null]", "[]|[null]|[1,1]")]
    [InlineData("""{"prefixItems":[{"type":"integer"}],"items":{"type":"null"},"minItems":2,"maxItems":3}""",
        "[1,null]|[1,null,null]", "[1]|[1,null,null,null]")]
    [InlineData("""{"prefixItems":[{"type":"integer"}],"minItems":2}""", "[1,null]|[1,2,3]", "[1]|[null,1]")]
    [InlineData("""{"items":[{"type":"integer"},{"type":"null"}],"additionalItems":false}""", "[1,null]", "[1]|[1,null,1]")]
    [InlineData("""{"type":["array","null"],"prefixItems":{"type":"string"}}""", "null|[]|[\"a\"]", "[1]")]
    public void Arrays(string schema, string accepted, string refused) => Check(schema, accepted, refused);

    [Theory]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "\"a\"|1", "null|1.5")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"k":{"const":"a"},"x":{"type":"integer"}},"required":["k","x"]},"""
        + """{"type":"object","properties":{"k":{"const":"b"},"y":{"type":"null"}},"required":["k"]}]}""",
        "{\"k\":\"a\",\"x\":1}|{\"k\":\"b\"}|{\"k\":\"b\",\"y\":null}", "{\"k\":\"a\"}|{\"k\":\"a\",\"y\":null}|{\"k\":\"b\",\"x\":1}|{}")]
    [InlineData("""{"oneOf":[{"type":"integer","maximum":3},{"type":"number","exclusiveMinimum":3,"maximum":4}]}""",
        "3|-7|3.5|4", "4.5|5|3.0|2.5")]
    [InlineData("""{"oneOf":[{"type":"string","maxLength":2},{"type":"string","minLength":4}]}""", "\"ab\"|\"abcd\"", "\"abc\"")]
    [InlineData("""{"oneOf":[{"type":"string","pattern":"^a"},{"type":"string","pattern":"^b"}]}""", "\"ab\"|\"ba\"", "\"c\"|\"\"")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"a":{"maximum":5},"b":"""
        + """{"type":"null"}},"required":["b"]}]}""", "{\"a\":5,\"b\":null}", "{\"a\":6,\"b\":null}|{\"a\":5}|{\"a\":\"x\",\"b\":null}")]
    [InlineData("""{"properties":{"a":{"type":"integer"}},"allOf":[{"properties":{"b":true},"additionalProperties":false}]}""",
        "{}|{\"b\":1}", "{\"a\":1}|{\"a\":1,\"b\":1}")]
    [InlineData("""{"properties":{"a":true,"b":true},"anyOf":[{"required":["a"]},{"required":["b"]}]}""",
        "{\"a\":1}|{\"b\":1}|{\"a\":1,\"b\":1}", "{}")]
    [InlineData("""{"allOf":[{"enum":["a","b","c"]},{"enum":["b","c","d"]}],"maxLength":1}""", "\"b\"|\"c\"", "\"a\"|\"d\"")]
    [InlineData("""{"allOf":[{"pattern":"^[a-f]*$"},{"pattern":"c"}],"maxLength":3}""", "\"c\"|\"abc\"|\"cab\"", "\"ab\"|\"abcd\"|\"cx\"")]
    [InlineData("""{"type":["string","integer"],"allOf":[{"minimum":3}]}""", "\"x\"|3", "2|null")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"properties":{"v":{"type":"integer"},"kids":{"type":"array","items":"""
        + """{"$ref":"#/$defs/n"}}},"required":["v"],"additionalProperties":false}}}""",
        "{\"v\":1}|{\"v\":1,\"kids\":[]}|{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[{\"v\":3}]}]}", "{\"kids\":[]}|{\"v\":1,\"kids\":[1]}")]
    [InlineData("""{"type":"array","items":{"$ref":"#"}}""", "[]|[[],[[]]]", "[1]|{}")]
    [InlineData("""{"properties":{"a/b~c d":{"type":"null"},"x":{"$ref":"#/properties/a~1b~0c%20d"}},"required":["x"]}""",
        "{\"x\":null}", "{\"x\":1}")]
    [InlineData("""{"$ref":"#/definitions/s","maxLength":2,"definitions":{"s":{"type":"string","minLength":1}}}""",
        "\"a\"|\"ab\"", "\"\"|\"abc\"")]
    [InlineData("""{"anyOf":[{"$ref":"#/definitions/foo"},{"$ref":"#/definitions/bar"}],"definitions":{"foo":{"properties":{"a":"""
        + """{"type":"number"}}},"bar":{"properties":{"b":{"type":"number"}}}},"type":"object"}""",
        "{}|{\"a\":1}|{\"b\":1}", "[]|null|{\"a\":")]
    public void Combinations(string schema, string accepted, string refused) => Check(schema, accepted, refused);

    [Fact]
    public void Properties_come_required_first_or_as_declared()
    {
        const string Schema = """{"properties":{"why":{"type":"string"},"answer":{"type":"integer"}},"required":["answer"]}""";
        var declared = JsonSchemaGrammar.FromSchema(Schema, new JsonSchemaOptions { PropertyOrder = JsonPropertyOrder.Declared });

        Check(Schema, """{"answer":1,"why":"x"}|{"answer":1}""", """{"why":"x","answer":1}""");
        Assert.True(declared.IsMatch("""{"why":"x","answer":1}"""));
        Assert.True(declared.IsMatch("""{"answer":1}"""));
        Assert.False(declared.IsMatch("""{"answer":1,"why":"x"}"""));
        Assert.False(declared.IsMatch("""{"why":"x"}"""));
    }

    // A grammar must be cheap to follow: llama.cpp's work per character is proportional to its number of stacks.
    [Fact]
    public void Large_limits_and_many_options_do_not_multiply_the_work()
    {
        string options = string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"prop{i}\":{{\"type\":\"string\"}}"));
        string document = "{" + string.Join(", ", Enumerable.Range(0, 30).Where(i => i % 2 == 0).Select(i => $"\"prop{i}\": \"v\"")) + "}";
        Assert.InRange(MostStacks("{\"properties\":{" + options + "}}", document), 1, 40);
        Assert.InRange(MostStacks("""{"type":"string","maxLength":100000}""", "\"" + new string('x', 3000) + "\""), 1, 10);
        Assert.InRange(MostStacks("""{"type":"string","pattern":"^(a|aa|a*)*$","maxLength":500}""", "\"" + new string('a', 500) + "\""),
            1, 4);
        Assert.InRange(MostStacks("""{"items":{"items":{"type":"integer"},"maxItems":100},"minItems":2,"maxItems":5000}""",
            "[" + string.Join(",", Enumerable.Repeat("[1, 2]", 700)) + "]"), 1, 20);
        Assert.InRange(MostStacks("""{"$ref":"#/$defs/n","$defs":{"n":{"properties":{"a":{"$ref":"#/$defs/n"},"b":true}}}}""",
            string.Concat(Enumerable.Repeat("{\"a\":", 50)) + "{}" + new string('}', 50)), 1, 12);

        static int MostStacks(string schema, string document)
        {
            GbnfMatcher matcher = new(JsonSchemaGrammar.FromSchema(schema).Rules);
            int most = document.EnumerateRunes()
                .Max(rune => matcher.Accept(rune) ? matcher.StackCount : throw new InvalidOperationException("refused"));
            Assert.True(matcher.IsComplete);
            return most;
        }
    }

    private static void Check(string schema, string accepted, string refused)
    {
        var grammar = JsonSchemaGrammar.FromSchema(schema);

        Assert.All(accepted.Split('|'), text => Assert.True(grammar.IsMatch(text), text));
        Assert.All(refused.Split('|'), text => Assert.False(grammar.IsMatch(text), text));
    }
}
