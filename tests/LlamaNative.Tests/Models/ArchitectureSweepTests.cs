using System.Text.RegularExpressions;
using LlamaNative.Models;

namespace LlamaNative.Tests.Models;

/// <summary>
/// Every public call with a tiny model of every architecture that llama.cpp knows: each gives an answer that is not nonsense, or a typed
/// error where it makes no sense. A failed assertion in llama.cpp ends the process, so LlamaNative.Sweep makes the calls in processes of
/// its own; a death is a failed case with the architecture's and the call's name.
/// </summary>
public sealed partial class ArchitectureSweepTests(SweepFixture sweep) : IClassFixture<SweepFixture>
{
    public static TheoryData<string> Architectures =>
        [.. ArchitectureTable.Rows.Select(row => row.Name).Except(ArchitectureFaults.Open.Keys)];

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task Every_call_answers_or_refuses(string architecture)
    {
        SweepResult result = await sweep.ResultOfAsync(architecture);
        Assert.True(result.Faults.Count == 0, string.Join('\n', result.Faults));
        Assert.True(result.Answers > 10, $"only {result.Answers} answers");
    }

    /// <summary>A new release's architecture must be added to the table, or left out with a reason.</summary>
    [RequiresFact(Need.LlamaSource)]
    public void The_table_has_every_architecture_of_the_source()
    {
        string source = File.ReadAllText(Path.Combine(Repository.LlamaSource, "src", "llama-arch.cpp"));
        string names = source[source.IndexOf("LLM_ARCH_NAMES = {", StringComparison.Ordinal)..];
        names = names[..names.IndexOf("};", StringComparison.Ordinal)];
        string[] known = [.. ArchitectureName().Matches(names).Select(match => match.Groups[1].Value).Where(name => name != "(unknown)")];
        Assert.True(known.Length > 100);
        Assert.Equal(known.Order(), ArchitectureTable.Rows.Select(row => row.Name).Concat(ArchitectureTable.LeftOut.Keys).Order());
    }

    /// <summary>A model that embeds, fills in or speaks must not be offered for generating.</summary>
    [Fact]
    public void Only_architectures_that_continue_text_are_said_to()
    {
        const ArchitectureKind Text = ArchitectureKind.Decoder | ArchitectureKind.Recurrent | ArchitectureKind.Hybrid
            | ArchitectureKind.EncoderDecoder;
        Assert.All(ArchitectureTable.Rows, row => Assert.Equal((row.Kind & Text) != 0, ModelArchitecture.GeneratesText(row.Name)));
        Assert.True(ModelArchitecture.GeneratesText("not invented yet"));
        Assert.All(["eagle3", "dflash", "gemma4-assistant"], name => Assert.False(ModelArchitecture.GeneratesText(name)));
    }

    [GeneratedRegex("""\{\s*LLM_ARCH_\w+,\s*"([^"]+)"\s*\}""")]
    private static partial Regex ArchitectureName();
}
