using System.Text.Json;
using LlamaNative.Models;

namespace LlamaNative.Tests.Models;

/// <summary>
/// Every public call with a tiny model of every architecture that llama.cpp knows: each gives an answer that is not nonsense, or a typed
/// error where it makes no sense. A failed assertion in llama.cpp ends the process, so LlamaNative.Sweep makes the calls in processes of
/// its own; a death is a failed case with the architecture's and the call's name.
/// </summary>
public sealed class ArchitectureSweepTests(SweepFixture sweep) : IClassFixture<SweepFixture>
{
    public static TheoryData<string> Architectures =>
        [.. ArchitectureTable.Rows.Select(row => row.Name).Where(KnownUpstream.CanEvaluate)];

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task Every_call_answers_or_refuses(string architecture)
    {
        SweepResult result = await sweep.ResultOfAsync(architecture);
        Assert.True(result.Faults.Count == 0, string.Join('\n', result.Faults));
        Assert.True(result.Answers > 10, $"only {result.Answers} answers");
    }

    /// <summary>
    /// A new release's architecture must be added to the table, or left out with a reason. native/upgrade reads the names from the source.
    /// </summary>
    [Fact]
    public void The_table_has_every_architecture_of_the_source()
    {
        string[] known = JsonSerializer.Deserialize<string[]>(File.ReadAllText(Repository.PathOf("native", "abi", "architectures.json")))!;
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
}
