namespace LlamaNative.Grammars.Tests;

/// <summary>The package's README: its example equals this test's code and prints the stated output.</summary>
public class ReadmeTests
{
    [Fact]
    public void The_example_compiles_and_prints_what_it_says()
    {
        // README
        GbnfGrammar grammar = JsonSchemaGrammar.FromSchema("""
            {
              "type": "object",
              "properties": { "city": { "type": "string" }, "days": { "type": "integer", "minimum": 1, "maximum": 7 } },
              "required": ["city", "days"]
            }
            """);

        Console.WriteLine(grammar.Text);                                          // GBNF for llama.cpp
        Console.WriteLine(grammar.IsMatch("""{"city": "Oslo", "days": 3}"""));    // True
        Console.WriteLine(grammar.IsMatch("""{"city": "Oslo", "days": 9}"""));    // False

        GbnfGrammar version = PatternGrammar.FromPattern(@"^v\d+\.\d+$");
        Console.WriteLine(version.IsMatch("v1.25"));                              // True
        // README

        Assert.Contains("root ::=", grammar.Text, StringComparison.Ordinal);
        Assert.True(grammar.IsMatch("""{"city": "Oslo", "days": 3}"""));
        Assert.False(grammar.IsMatch("""{"city": "Oslo", "days": 9}"""));
        Assert.True(version.IsMatch("v1.25"));
    }

    [Fact]
    public void The_example_in_the_file_is_the_one_compiled_here()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src/LlamaNative.Grammars/README.md"));
        string test = File.ReadAllText(Path.Combine(Repository.Root, "tests/LlamaNative.Grammars.Tests/ReadmeTests.cs"));
        string[] example = Lines(test.Split("// README\n")[1]);
        string[] shown = Lines(readme.Split("```csharp\n")[1].Split("```")[0]);
        Assert.Equal(example, shown.Where(line => !line.StartsWith("using ", StringComparison.Ordinal)));
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
