using Microsoft.CodeAnalysis.CSharp;

namespace LlamaNative.Documentation.Tests;

/// <summary>The C# examples in the README files compile unchanged, and the first example of each runs.</summary>
[Collection(nameof(Console))]
public sealed class ExampleTests
{
    private static readonly string[] s_files = ["README.md", Path.Combine("src", "LlamaNative", "README.md")];

    /// <summary>The types that the examples expect the reader to define.</summary>
    private const string ReadersOwn = """
        using LlamaNative.Generation;
        using LlamaNative.Models;
        using LlamaNative.Sampling;

        sealed class NoDigits(Vocabulary vocabulary) : ILogitsProcessor
        {
            private readonly int _seven = vocabulary.Tokenize("7")[0];

            public void Process(Span<float> logits, ReadOnlySpan<int> generated) => logits[_seven] = float.NegativeInfinity;
        }

        sealed class TwoSentences(Vocabulary vocabulary) : IStopCondition
        {
            public bool IsMet(ReadOnlySpan<int> generated) => vocabulary.Detokenize(generated).Count('.') == 2;
        }

        sealed class MySampler : CustomSampler
        {
            public override void Apply(TokenCandidates candidates)
            {
            }
        }

        sealed class UpperCase(IDetokenizer detokenizer) : IDetokenizer
        {
            public int Write(int token, Span<byte> destination) => detokenizer.Write(token, destination);
        }
        """;

    public static TheoryData<string> Files => [.. s_files];

    public static TheoryData<CodeBlock> LaterBlocks => [.. s_files.SelectMany(file => CodeBlock.ReadAll(file).Skip(1))];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_first_example_stands_alone_in_ten_lines_with_one_using(string file)
    {
        CodeBlock first = CodeBlock.ReadAll(file)[0];
        Assert.Equal(["using LlamaNative;"], first.Usings);
        Assert.InRange(first.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 3, 10);
        Assert.Empty(ExampleCompiler.Check(first.Text));
    }

    /// <summary>Each example continues the first one and is compiled with it.</summary>
    [Theory]
    [MemberData(nameof(LaterBlocks))]
    public void A_later_example_compiles_behind_the_first(CodeBlock block)
    {
        CodeBlock first = CodeBlock.ReadAll(block.File)[0];
        string[] lines = [.. first.Usings.Union(block.Usings), first.Body, $"#line {block.Line}", block.Body];
        Assert.Empty(ExampleCompiler.Check(string.Join('\n', lines), ReadersOwn));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_first_example_runs(string file)
    {
        string model = Path.Combine(CodeBlock.Repository, "models", "tiny-chat.gguf");
        string text = CodeBlock.ReadAll(file)[0].Text;
        string program = text.Replace("\"mythomax-l2-13b.Q4_K_M.gguf\"", SymbolDisplay.FormatLiteral(model, quote: true));
        Assert.NotEqual(text, program);

        TextWriter before = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            ExampleCompiler.Load(program).Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(before);
        }

        Assert.NotEqual("", output.ToString().Trim());
    }
}
