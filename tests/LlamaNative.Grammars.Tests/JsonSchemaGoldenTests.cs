using System.Text.Json;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars.Tests;

/// <summary>
/// Strings that llama.cpp's converter and sampler and a JSON Schema validator accept or reject. The file lists strings on
/// which the two disagree separately; strings that only llama.cpp accepts need not match.
/// </summary>
public class JsonSchemaGoldenTests
{
    private const string Cases = "golden/json_schema_cases.json";

    [RequiresFact(Need.Shared)]
    public void Agrees_with_llama_cpp_and_a_validator()
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Repository.SharedPathOf(Cases)));
        List<string> differences = [];
        int strings = 0;
        foreach (JsonElement test in cases.RootElement.EnumerateArray())
        {
            string name = test.GetProperty("name").GetString()!;
            if (test.GetProperty("conversion").GetString() == "error")
            {
                Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(test.GetProperty("schema")));
                continue;
            }

            var grammar = JsonSchemaGrammar.FromSchema(test.GetProperty("schema"));
            foreach (string list in new[] { "accept", "accept_spaced", "accept_whitespace", "reject" })
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
