using LlamaNative.Grammars;

namespace LlamaNative.Grammars.Tests;

/// <summary>
/// Schemas as generators and people write them. What a value must satisfy is JSON Schema's specification (2020-12), applied by hand to
/// each value.
/// </summary>
public class FieldSchemaTests
{
    [Theory]

    // zod: an optional value; {"not": {}} allows nothing, so that alternative drops out.
    [InlineData("""{"anyOf":[{"not":{}},{"type":"string"}]}""", new[] { "\"a\"" }, new[] { "1", "null" })]
    [InlineData("""{"type":"string","not":false}""", new[] { "\"a\"" }, new[] { "1" })]
    [InlineData("""{"properties":{"a":{"not":{}},"b":{"type":"null"}}}""", new[] { "{}", """{"b":null}""" }, new[] { """{"a":1}""" })]

    // zod 4: a record; the name of a property is a string in any case.
    [InlineData("""{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"type":"number"}}""",
        new[] { "{}", """{"a":1}""" }, new[] { """{"a":"b"}""" })]
    [InlineData("""{"type":"object","propertyNames":{"description":"any"}}""", new[] { """{"a":1}""" }, new[] { "1" })]

    // Go: null for a list or map that is empty.
    [InlineData("""{"type":"object","properties":{"q":{"type":"string"}},"required":null}""", new[] { "{}", """{"q":"a"}""" },
        new[] { """{"q":1}""" })]
    [InlineData("""{"type":"string","enum":null,"properties":null,"anyOf":null,"pattern":null,"minLength":null,"not":null}""",
        new[] { "\"a\"" }, new[] { "1" })]
    [InlineData("""{"type":"integer","minimum":null,"maximum":3,"multipleOf":null}""", new[] { "3", "-9" }, new[] { "4" })]
    [InlineData("""{"const":null}""", new[] { "null" }, new[] { "1" })]

    // References by name.
    [InlineData("""{"$defs":{"i":{"$anchor":"item","type":"string"}},"items":{"$ref":"#item"}}""", new[] { "[\"a\"]" }, new[] { "[1]" })]
    [InlineData("""{"definitions":{"i":{"$id":"#item","type":"string"}},"items":{"$ref":"#item"}}""", new[] { "[\"a\"]" }, new[] { "[1]" })]
    [InlineData("""{"$id":"schema:order","$defs":{"i":{"type":"string"}},"items":{"$ref":"schema:order#/$defs/i"}}""", new[] { "[\"a\"]" },
        new[] { "[1]" })]
    [InlineData("""{"$id":"https://a.b/order","$defs":{"i":{"$id":"item","type":"string"}},"items":{"$ref":"item"}}""", new[] { "[\"a\"]" },
        new[] { "[1]" })]
    [InlineData("""{"$defs":{"a/b~c":{"$anchor":"x","type":"null"}},"items":{"$ref":"#x"}}""", new[] { "[null]" }, new[] { "[1]" })]

    // Multiples, with and without bounds.
    [InlineData("""{"type":"integer","multipleOf":5}""", new[] { "0", "5", "-10", "1000000005" }, new[] { "1", "-4", "05", "-0", "5.0" })]
    [InlineData("""{"type":"integer","multipleOf":7}""", new[] { "0", "49", "-14" }, new[] { "8", "50" })]
    [InlineData("""{"multipleOf":7}""", new[] { "49" }, new[] { "50", "49.5" })]
    [InlineData("""{"type":"integer","multipleOf":25,"minimum":20,"maximum":110}""", new[] { "25", "50", "75", "100" },
        new[] { "0", "20", "110", "125", "-25" })]
    [InlineData("""{"type":"integer","multipleOf":360,"minimum":0}""", new[] { "0", "360", "720" }, new[] { "-360", "300" })]
    [InlineData("""{"type":"integer","multipleOf":360,"exclusiveMinimum":0}""", new[] { "360", "720" }, new[] { "-360", "0" })]
    [InlineData("""{"type":"integer","multipleOf":360,"maximum":0}""", new[] { "-360", "0" }, new[] { "360" })]
    [InlineData("""{"type":"integer","allOf":[{"multipleOf":4},{"multipleOf":6}]}""", new[] { "0", "12", "24" }, new[] { "4", "6" })]
    [InlineData("""{"type":"integer","multipleOf":997}""", new[] { "997", "-1994" }, new[] { "998" })]
    [InlineData("""{"enum":[5,6,10],"multipleOf":5}""", new[] { "5", "10" }, new[] { "6" })]

    // An integer is a number too, so exactly one holds only for numbers that are not whole; 1.0 is whole.
    [InlineData("""{"oneOf":[{"type":"number"},{"type":"integer"}]}""", new[] { "0.5", "-12.25" }, new[] { "1", "1.0", "-3.00" })]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":["number","null"]}]}""", new[] { "0.5", "null" }, new[] { "1" })]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":["string","null"]},{"type":"boolean"}]}""", new[] { "null", "true" },
        new[] { "\"a\"" })]

    // Lookaheads at the start.
    [InlineData("""{"type":"string","pattern":"^(?!\\.)(?!.*\\.\\.)[a-z0-9.+-]+@([a-z0-9-]+\\.)+[a-z]{2,}$"}""",
        new[] { "\"a.b@c.de\"" }, new[] { "\".a@c.de\"", "\"a..b@c.de\"", "\"a@c\"" })]
    [InlineData("""{"type":"string","pattern":"^(?=.*\\d)(?=.*[a-z])[a-z0-9]{3,5}$"}""", new[] { "\"a1b\"" },
        new[] { "\"abc\"", "\"123\"", "\"a1\"" })]
    [InlineData("""{"type":"string","pattern":"^(?!(a|[)])$)[a-c)]$"}""", new[] { "\"b\"" }, new[] { "\"a\"", "\")\"" })]
    [InlineData("""{"type":"string","pattern":"^(?!)a|b"}""", new string[0], new string[0])]
    public void Values_are_those_of_the_specification(string schema, string[] valid, string[] invalid)
    {
        if (valid.Length == 0)
        {
            Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema));
            return;
        }

        GbnfGrammar grammar = JsonSchemaGrammar.FromSchema(schema);
        Assert.All(valid, value => Assert.True(grammar.IsMatch(value), value));
        Assert.All(invalid, value => Assert.False(grammar.IsMatch(value), value));
    }

    /// <summary>Every number up to 10000 that divides; the remainder is .NET's.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(60)]
    [InlineData(365)]
    public void Multiples_are_all_of_them(int step)
    {
        GbnfGrammar grammar = JsonSchemaGrammar.FromSchema($$"""{"type":"integer","multipleOf":{{step}}}""");
        for (int number = -500; number <= 2000; number++)
        {
            Assert.Equal(number % step == 0, grammar.IsMatch($"{number}"));
        }
    }

    [Fact]
    public void Objects_in_objects_are_read_to_a_depth_that_people_write()
    {
        const int Depth = 48;
        string schema = string.Concat(Enumerable.Repeat("""{"type":"object","properties":{"a":""", Depth)) + """{"type":"null"}"""
            + string.Concat(Enumerable.Repeat("""},"required":["a"]}""", Depth));
        GbnfGrammar grammar = JsonSchemaGrammar.FromSchema(schema);
        Assert.True(grammar.IsMatch(string.Concat(Enumerable.Repeat("""{"a":""", Depth)) + "null" + new string('}', Depth)));
        Assert.False(grammar.IsMatch(string.Concat(Enumerable.Repeat("""{"a":""", Depth - 1)) + "null" + new string('}', Depth - 1)));
    }

    /// <summary>On request the rest of the schema still holds, and what does not is named once.</summary>
    [Theory]
    [InlineData("""{"type":"array","items":{"type":"string"},"uniqueItems":true}""", "/uniqueItems", "[\"a\",\"a\"]", "[1]")]
    [InlineData("""{"properties":{"a":{"type":"string","pattern":"(?<!x)b"}},"required":["a"]}""", "/properties/a/pattern",
        """{"a":"xb"}""", """{"a":1}""")]
    [InlineData("""{"type":"integer","multipleOf":7777}""", "/multipleOf", "1", "0.5")]
    [InlineData("""{"type":"object","propertyNames":{"pattern":"^x"},"additionalProperties":{"type":"null"}}""", "/propertyNames",
        """{"a":null}""", """{"a":1}""")]
    [InlineData("""{"type":"string","not":{"const":"a"}}""", "/not", "\"a\"", "1")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"string","pattern":"a"}]}""", "/oneOf", "\"b\"", "1")]
    [InlineData("""{"type":"string","if":{"const":"a"},"then":false}""", "/if", "\"a\"", "1")]
    [InlineData("""{"items":{"$ref":"#/$defs/t"},"prefixItems":[{"$ref":"#/$defs/t"}],"$defs":{"t":{"type":"array","uniqueItems":true}}}""",
        "/$defs/t/uniqueItems", "[[1,1]]", "[1]")]
    public void What_a_grammar_cannot_express_is_ignored_on_request_and_named(string schema, string place, string valid, string invalid)
    {
        Assert.Equal(place, Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema)).JsonPointer);
        List<JsonSchemaWidening> widened = [];
        GbnfGrammar grammar = JsonSchemaGrammar.FromSchema(schema, new JsonSchemaOptions { OnWidened = widened.Add });
        Assert.Equal(place, Assert.Single(widened).JsonPointer);
        Assert.NotEmpty(widened[0].Reason);
        Assert.True(grammar.IsMatch(valid), valid);
        Assert.False(grammar.IsMatch(invalid), invalid);
    }

    [Theory]
    [InlineData("""{"type":"kaboom"}""")]
    [InlineData("""{"$ref":"#/$defs/none"}""")]
    [InlineData("""{"$ref":"https://example.org/other"}""")]
    [InlineData("""{"$ref":"#none"}""")]
    [InlineData("false")]
    public void A_mistake_is_refused_also_then(string schema) =>
        Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema, new JsonSchemaOptions { OnWidened = _ => { } }));
}
