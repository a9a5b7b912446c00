using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace LlamaNative.Documentation.Tests;

/// <summary>
/// Six tasks written with LlamaNative and with LLamaSharp, in tests/Comparison. All are compiled, and those with LlamaNative run
/// here. Their expected output comes from LLamaSharp's, which run in separate processes: two builds of llama.cpp would collide.
/// </summary>
[Collection(nameof(Console))]
public sealed partial class ComparisonTests
{
    private const string Document = "docs/compared-with-llamasharp.md";

    public static TheoryData<string, string> Outputs => new()
    {
        {
            "GenerateText",
            " there was a curious dog named Lisa. Lisa lived on a farm. One day Lisa went out and found an old map. Lisa was very happy and"
            + " went home"
        },
        { "StreamChat", "I am Nova, a small language model.\nNice to meet you, Ada!\nYour name is Ada.\n" },
        { "OwnSampler", ", 5 smaller" },
        { "Embeddings", "0.66 A banana is yellow.\n0.58 Tokyo is the capital of Japan.\n" },
        { "JsonAnswer", "Yellow, True\n" },

        // The model was not trained with tools, so its text about the result is not checked.
        { "ToolCall", "Lamp { On = True }\n" },
    };

    public static TheoryData<string> Tasks => [.. Outputs.Select(row => (string)row[0])];

    [Theory]
    [MemberData(nameof(Outputs))]
    public void A_task_prints_what_LLamaSharp_prints(string task, string expected)
    {
        MethodInfo main = Assembly.Load("TasksWithLlamaNative").EntryPoint!;
        string model = Path.Combine(CodeBlock.Repository, "models", "tiny-chat.gguf");

        TextWriter before = Console.Out;
        using var output = new StringWriter { NewLine = "\n" };
        Console.SetOut(output);
        try
        {
            Assert.Equal(0, main.Invoke(null, [new[] { task, model }]));
        }
        finally
        {
            Console.SetOut(before);
        }

        Assert.StartsWith(expected, output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void A_task_is_never_longer_than_with_LLamaSharp_and_the_document_has_the_figures(string task)
    {
        Size ours = Size.Of("LlamaNative", task);
        Size theirs = Size.Of("LLamaSharp", task);
        Assert.InRange(ours.Lines, 1, theirs.Lines);
        Assert.InRange(ours.Characters, 1, theirs.Characters);

        string document = File.ReadAllText(Path.Combine(CodeBlock.Repository, Document));
        Match row = Assert.Single(TableRow().Matches(document), row => row.Groups["task"].Value == task);
        Assert.Equal([ours.Lines, ours.Characters, theirs.Lines, theirs.Characters],
            row.Groups["figure"].Captures.Select(figure => int.Parse(figure.Value, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(@"^\|.*/(?<task>\w+)\.cs\)(?: \| (?<figure>\d+)){4} \|\r?$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    /// <summary>The significant code, without blank lines, comments, imports, lone braces and indentation.</summary>
    private readonly record struct Size(int Lines, int Characters)
    {
        public static Size Of(string library, string task)
        {
            string file = Path.Combine(CodeBlock.Repository, "tests", "Comparison", library, task + ".cs");
            string[] lines =
            [
                .. File.ReadLines(file).Select(line => line.Trim()).Where(line =>
                    line.Any(char.IsLetterOrDigit) && !line.StartsWith("//", StringComparison.Ordinal) && !Import(line)),
            ];
            return new Size(lines.Length, lines.Sum(line => line.Length));
        }

        private static bool Import(string line) =>
            line.StartsWith("namespace ", StringComparison.Ordinal)
            || (line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('='));
    }
}
