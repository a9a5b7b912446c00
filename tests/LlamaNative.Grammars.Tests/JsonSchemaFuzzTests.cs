using System.Text;
using System.Text.Json;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars.Tests;

/// <summary>Random and invalid schemas give a grammar or a typed error, and every sentence of a grammar satisfies the schema.</summary>
public class JsonSchemaFuzzTests
{
    private static readonly string[] s_seeds =
    [
        """{"type":"object","properties":{"a":{"type":"integer","minimum":-3,"maximum":250},"b":{"enum":["x",1,null]}},"required":"""
        + """["a"],"additionalProperties":{"type":"string"}}""",
        """{"$defs":{"n":{"type":"object","properties":{"v":{"type":"number","minimum":0.5},"kids":{"type":"array","items":"""
        + """{"$ref":"#/$defs/n"},"maxItems":3}},"required":["v"]}},"$ref":"#/$defs/n"}""",
        """{"anyOf":[{"type":"string","pattern":"^[a-z]{2,5}-\\d+$"},{"type":"array","prefixItems":[{"const":1},{"format":"date"}]},"""
        + """{"allOf":[{"type":"integer"},{"exclusiveMinimum":7}]}]}""",
        """{"oneOf":[{"type":"null"},{"type":"string","minLength":2,"maxLength":4}],"title":"t"}""",
    ];

    [Fact]
    public void Mutated_schemas_give_a_grammar_or_a_typed_error()
    {
        Random random = new(20260102);
        string[] pieces = ("{ } [ ] , : \" 1 -1 1e400 0.5 true false null \"type\" \"$ref\" \"#\" \"#/$defs/n\" "
            + "\"anyOf\" \"not\" \"items\" \"pattern\" \"^(a|b)*$\" \"minimum\" \"required\" \"enum\" \\u0000 \\ud800 é").Split(' ');
        int grammars = 0;
        for (int i = 0; i < 1000; i++)
        {
            StringBuilder schema = new(s_seeds[random.Next(s_seeds.Length)]);
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                int at = random.Next(schema.Length);
                int length = Math.Min(random.Next(0, 8), schema.Length - at);
                schema.Remove(at, length).Insert(at, random.Next(3) == 0 ? "" : pieces[random.Next(pieces.Length)]);
            }

            try
            {
                JsonSchemaGrammar.FromSchema(schema.ToString());
                grammars++;
            }
            catch (JsonSchemaException)
            {
            }
        }

        Assert.InRange(grammars, 20, 1000); // some inputs get past the JSON parser
    }

    [Fact]
    public void Random_text_is_a_typed_error()
    {
        Random random = new(20260103);
        for (int i = 0; i < 2000; i++)
        {
            string text = new(
                [.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => (char)random.Next(1, random.Next(2) == 0 ? 128 : 0xFFFF))]);
            try
            {
                JsonSchemaGrammar.FromSchema(text);
            }
            catch (JsonSchemaException)
            {
            }
        }
    }

    // The checks are written out by hand, keyword by keyword, and share nothing with the converter.
    [Fact]
    public void Random_sentences_are_valid_documents()
    {
        for (int s = 0; s < s_seeds.Length; s++)
        {
            var grammar = JsonSchemaGrammar.FromSchema(s_seeds[s]);
            GbnfSentences sentences = new(grammar, seed: s);
            for (int i = 0; i < 150; i++)
            {
                string sentence = sentences.Next();
                using var document = JsonDocument.Parse(sentence, new JsonDocumentOptions { MaxDepth = 1000 });
                Assert.True(IsValid(s, document.RootElement), sentence);
                Assert.True(grammar.IsMatch(sentence), sentence);
            }
        }
    }

    private static bool IsValid(int schema, JsonElement value) => schema switch
    {
        0 => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("a", out _)
            && value.EnumerateObject().All(member => member.Name switch
        {
            "a" => member.Value.TryGetInt32(out int number) && number is >= -3 and <= 250,
            "b" => member.Value.GetRawText() is "\"x\"" or "1" or "null",
            _ => member.Value.ValueKind == JsonValueKind.String,
        }),
        1 => IsNode(value),
        2 => value.ValueKind switch
        {
            JsonValueKind.String => System.Text.RegularExpressions.Regex.IsMatch(value.GetString()!, "^[a-z]{2,5}-[0-9]+\\z"),
            JsonValueKind.Array => value.GetArrayLength() == 2 && value[0].GetInt32() == 1
                && IsDay(value[1].GetString()!),
            _ => value.TryGetDecimal(out decimal number) && number > 7 && decimal.IsInteger(number),
        },
        _ => value.ValueKind == JsonValueKind.Null || value.GetString()!.EnumerateRunes().Count() is >= 2 and <= 4,
    };

    /// <summary>.NET has no year 0000, but years repeat after 400.</summary>
    private static bool IsDay(string date) =>
        DateOnly.TryParse(date.StartsWith("0000", StringComparison.Ordinal) ? "0400" + date[4..] : date, out _);

    private static bool IsNode(JsonElement value) =>
        value.EnumerateObject().All(member => member.Name is "v" or "kids")
        && value.GetProperty("v").GetDecimal() >= 0.5m
        && (!value.TryGetProperty("kids", out JsonElement kids) || (kids.GetArrayLength() <= 3 && kids.EnumerateArray().All(IsNode)));
}
