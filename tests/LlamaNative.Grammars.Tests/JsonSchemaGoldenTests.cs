using System.Text.Json;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars.Tests;

/// <summary>
/// Strings that llama.cpp's converter and sampler and a JSON Schema validator accept or reject. The file
/// (tests/Golden/schemas.json) lists strings on which the two disagree separately; those are not tested.
/// </summary>
public class JsonSchemaGoldenTests
{
    [Fact]
    public void Agrees_with_llama_cpp_and_a_validator()
    {
        JsonElement cases = GoldenFile.Read("schemas.json");
        List<string> differences = [];
        int strings = 0;
        foreach (JsonElement test in cases.EnumerateArray())
        {
            string name = test.GetProperty("name").GetString()!;
            if (test.TryGetProperty("error", out _))
            {
                Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(test.GetProperty("schema")));
                continue;
            }

            var grammar = JsonSchemaGrammar.FromSchema(test.GetProperty("schema"));
            foreach (string list in new[] { "accept", "reject" })
            {
                foreach (string text in test.GetProperty(list).EnumerateArray().Select(element => element.GetString()!))
                {
                    strings++;
                    if (grammar.IsMatch(text) != (list != "reject"))
                    {
                        differences.Add($"{name}: {list} {text}");
                    }
                }
            }
        }

        Assert.Empty(differences);
        Assert.InRange(strings, 2000, int.MaxValue); // the file was read and not skipped over
    }
}
