using System.Text.Json;
using LlamaNative.Grammars;

namespace LlamaNative.Grammars.Tests;

/// <summary>
/// Unsupported restrictions are errors with their location, and malicious schemas cannot exceed the limits on work.
/// </summary>
public class JsonSchemaRefusalTests
{
    [Theory]
    [InlineData("""{"type":123}""", "/type")]
    [InlineData("""{"type":"kaboom"}""", "/type")]
    [InlineData("""{"type":[]}""", "")]
    [InlineData("""{"properties":{"a":{"not":{"type":"null"}}}}""", "/properties/a/not")]
    [InlineData("""{"if":{"type":"null"},"then":{}}""", "/if")]
    [InlineData("""{"patternProperties":{"^a":{}}}""", "/patternProperties")]
    [InlineData("""{"propertyNames":{"pattern":"a"}}""", "/propertyNames")]
    [InlineData("""{"contains":{}}""", "/contains")]
    [InlineData("""{"uniqueItems":true}""", "/uniqueItems")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", "/dependentRequired")]
    [InlineData("""{"dependencies":{"a":["b"]}}""", "/dependencies")]
    [InlineData("""{"$dynamicRef":"#x"}""", "/$dynamicRef")]
    [InlineData("""{"type":"integer","multipleOf":3000}""", "/multipleOf")]
    [InlineData("""{"type":"number","multipleOf":0.5}""", "/multipleOf")]
    [InlineData("""{"$ref":"https://example.org/s.json"}""", "")]
    [InlineData("""{"$ref":"#anchor"}""", "")]
    [InlineData("""{"items":{"$ref":"#/$defs/none"}}""", "/items")]
    [InlineData("""{"$ref":7}""", "/$ref")]
    [InlineData("""{"$ref":"#"}""", "")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"type":"null"}]}""", "")]
    [InlineData("""{"allOf":[]}""", "/allOf")]
    [InlineData("""{"anyOf":{}}""", "/anyOf")]
    [InlineData("""{"anyOf":[3]}""", "/anyOf/0")]
    [InlineData("""{"oneOf":[{"type":"integer","minimum":1},{"type":"number","maximum":5}]}""", "/oneOf")]
    [InlineData("""{"oneOf":[{"properties":{"a":{}}},{"properties":{"b":{}}}]}""", "/oneOf")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"string","pattern":"a"}]}""", "/oneOf")]
    [InlineData("""{"enum":[]}""", "/enum")]
    [InlineData("""{"minLength":-1}""", "/minLength")]
    [InlineData("""{"maxItems":1.5}""", "/maxItems")]
    [InlineData("""{"minimum":"3"}""", "/minimum")]
    [InlineData("""{"minimum":0.12345678901234567890123456789012}""", "/minimum")]
    [InlineData("""{"required":"a"}""", "/required")]
    [InlineData("""{"properties":[]}""", "/properties")]
    [InlineData("""{"pattern":"^(a$"}""", "/pattern")]
    [InlineData("""{"pattern":"a)"}""", "/pattern")]
    [InlineData("""{"pattern":"*a"}""", "/pattern")]
    [InlineData("""{"pattern":"a**"}""", "/pattern")]
    [InlineData("""{"pattern":"[z-a]"}""", "/pattern")]
    [InlineData("""{"pattern":"[a"}""", "/pattern")]
    [InlineData("""{"pattern":"a{3,1}"}""", "/pattern")]
    [InlineData("""{"pattern":"(?=a)b"}""", "/pattern")]
    [InlineData("""{"pattern":"(?<!a)b"}""", "/pattern")]
    [InlineData("""{"pattern":"(?i)b"}""", "/pattern")]
    [InlineData("""{"pattern":"\\ba"}""", "/pattern")]
    [InlineData("""{"pattern":"(a)\\1"}""", "/pattern")]
    [InlineData("""{"pattern":"\\p{L}"}""", "/pattern")]
    [InlineData("""{"pattern":"\\ud800"}""", "/pattern")]
    [InlineData("""{"pattern":3}""", "/pattern")]
    [InlineData("false", "")]
    [InlineData("""{"type":"string","enum":[1]}""", "")]
    [InlineData("""{"type":"integer","minimum":5,"maximum":4}""", "")]
    [InlineData("""{"type":"integer","minimum":123456789012345678901234567890}""", "/minimum")]
    [InlineData("""{"type":"integer","exclusiveMaximum":-1e300}""", "/exclusiveMaximum")]
    [InlineData("""{"type":"string","minLength":5,"maxLength":4}""", "")]
    [InlineData("""{"type":"string","pattern":"a^b"}""", "")]
    [InlineData("""{"properties":{"a":false},"required":["a"]}""", "")]
    [InlineData("""{"minItems":3,"maxItems":2}""", "")]
    [InlineData("""{"minProperties":2,"additionalProperties":true}""", "")]
    [InlineData("""{"type":"string","minLength":1000000000}""", "")]
    [InlineData("""{"properties":{"a":{"$ref":"#"}},"required":["a"]}""", "")] // has no finite value
    [InlineData("\"string\"", "")]
    [InlineData("", "")]
    [InlineData("{", "")]
    [InlineData("{\"const\":\"\\ud800\"}", "")]
    [InlineData("{\"properties\":{\"\\udc00\":{}}}", "")]
    public void Refuses_what_it_cannot_keep_and_says_where(string schema, string place)
    {
        JsonSchemaException error = Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema));
        Assert.Equal(place, error.JsonPointer);
    }

    [Theory]
    [InlineData("""{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"x","title":"t","description":"d","default":"""
        + """1,"examples":[],"deprecated":true,"readOnly":true,"$comment":"c","contentEncoding":"base64","x-own":"""
        + """{},"format":"email","type":"string"}""")]
    [InlineData("""{"uniqueItems":false,"items":{},"multipleOf":1}""")]
    [InlineData("""{"uniqueItems":true,"maxItems":1}""")]
    [InlineData("""{"maxLength":4294967296,"maxItems":99999999999,"minimum":-1.7976931348623157e308,"maximum":1.7976931348623157e308}""")]
    public void Annotations_and_limits_never_reached_are_no_reason_to_refuse(string schema) =>
        Assert.NotNull(JsonSchemaGrammar.FromSchema(schema));

    public static TheoryData<string> Hostile => new()
    {
        new string('[', 100_000),
        string.Concat(Enumerable.Repeat("{\"items\":", 500)) + "{}" + new string('}', 500),
        "{\"enum\":[\"" + new string('x', 2_000_000) + "\"]}",
        "{\"pattern\":\"" + new string('(', 3000) + "\"}",
        """{"pattern":"(((((a{1000}){1000}){1000}){1000}){1000})"}""",
        """{"pattern":"(((){9999}){9999}){9999}"}""",
        """{"pattern":"^(a|b)*a(a|b){40}$"}""",
        """{"pattern":"^(a*)*(a*)*(a|b|c)*[^d]{300}x{300}$"}""",
        "{\"allOf\":[" + string.Join(',', Enumerable.Repeat("""{"anyOf":[{"minLength":1},{"maxLength":5}]}""", 40)) + "]}",
        "{\"$ref\":\"#/$defs/0\",\"$defs\":{" + string.Join(',',
            Enumerable.Range(0, 1000).Select(i => $"\"{i}\":{{\"$ref\":\"#/$defs/{i + 1}\"}}")) + "}}",
        "{\"$ref\":\"#/$defs/0\",\"$defs\":{" + string.Join(',', Enumerable.Range(0,
            60).Select(i => $"\"{i}\":{{\"anyOf\":[{{\"$ref\":\"#/$defs/{i + 1}\"}},{{\"$ref\":\"#/$defs/{i + 1}\"}}]}}")) + ",\"60\":{}}}",
        "{\"oneOf\":[" + string.Join(',',
            Enumerable.Range(0, 400).Select(i => $"{{\"type\":\"string\",\"pattern\":\"^a{{{i},}}$\"}}")) + "]}",
        "{\"properties\":{" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"p{i}\":{{}}")) + "}}",
        "{\"items\":[" + string.Join(',',
            Enumerable.Repeat("""{"type":"string","pattern":"^([ab]{0,40}c){0,40}$","maxLength":900}""", 50)) + "]}",
        "{\"enum\":[" + string.Join(',', Enumerable.Range(0, 30000)) + "],\"allOf\":[{\"enum\":[" + string.Join(',',
            Enumerable.Range(0, 30000)) + "]}]}",
    };

    // Processed naively, each of these would take minutes or gigabytes, or overflow the stack.
    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_schemas_are_refused_in_bounded_work(string schema) =>
        Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema));

    [Fact]
    public void Wrong_arguments_are_argument_errors()
    {
        Assert.Throws<ArgumentNullException>(() => JsonSchemaGrammar.FromSchema(null!));
        Assert.Throws<ArgumentException>(() => JsonSchemaGrammar.FromSchema(default(JsonElement)));
        var options = new JsonSchemaOptions { PropertyOrder = (JsonPropertyOrder)9 };
        ArgumentException error = Assert.Throws<ArgumentOutOfRangeException>(() => JsonSchemaGrammar.FromSchema("{}", options));
        Assert.Equal("PropertyOrder", error.ParamName);
    }
}
