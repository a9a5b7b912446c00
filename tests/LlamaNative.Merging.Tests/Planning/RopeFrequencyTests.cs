using LlamaNative.Gguf;

namespace LlamaNative.Merging.Tests;

/// <summary>Models with different rope.freq_base: refused with the way out, or merged with the value that is chosen.</summary>
public sealed class RopeFrequencyTests : IDisposable
{
    private const string Linear = "merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: A}, {model: B}]\n";

    private readonly TemporaryFolder _folder = new();

    public RopeFrequencyTests()
    {
        Models.Small.Save(_folder["A.gguf"]);
        (Models.Small with
        {
            Seed = 2,
            Metadata = new Dictionary<string, GgufValue> { ["llama.rope.freq_base"] = GgufValue.Of(500000f) },
        }).Save(_folder["B.gguf"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_refusal_says_how_to_decide()
    {
        var error = Assert.Throws<MergeException>(() => Plan(Linear, null));
        Assert.Contains("set rope_freq_base in the recipe, or --rope-freq-base", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rope_freq_base: B", null, 500000)]
    [InlineData("rope_freq_base: A", null, 10000)]
    [InlineData("rope_freq_base: base", null, 10000)]
    [InlineData("rope_freq_base: 250000", null, 250000)]
    [InlineData("rope_freq_base: 1e6", null, 1000000)]
    [InlineData("", "B", 500000)]
    [InlineData("rope_freq_base: A", "B", 500000)]
    [InlineData("", "75000.5", 75000.5)]
    public void The_chosen_value_is_written(string line, string? option, float expected)
    {
        using MergePlan plan = Plan(Linear + line, option);
        Assert.Equal(expected, plan.Metadata["llama.rope.freq_base"].GetSingle());
        Assert.Contains(plan.Warnings, warning => warning.Contains("the output uses", StringComparison.Ordinal));
    }

    [Fact]
    public void Models_that_agree_need_no_choice_and_keep_their_value()
    {
        using MergePlan plan = Plan("merge_method: passthrough\nmodels: [{model: B}]", null);
        Assert.Equal(500000, plan.Metadata["llama.rope.freq_base"].GetSingle());
    }

    [Theory]
    [InlineData("rope_freq_base: -1", "must be a positive number")]
    [InlineData("rope_freq_base: 0", "must be a positive number")]
    [InlineData("rope_freq_base: nowhere", "model 'nowhere' not found")]
    [InlineData("rope_freq_base: C", "not one of the merged models")]
    public void Another_choice_is_refused_with_its_line(string line, string message)
    {
        Models.Small.Save(_folder["C.gguf"]);
        var error = Assert.Throws<MergeException>(() => Plan(Linear + line, null));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(4, error.Line);
    }

    private MergePlan Plan(string yaml, string? option) =>
        ModelMerger.Plan(MergeRecipe.Parse(yaml), new MergeOptions { ModelFolder = _folder.Root, RopeFreqBase = option });
}
