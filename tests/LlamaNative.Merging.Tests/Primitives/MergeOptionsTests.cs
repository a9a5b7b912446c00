namespace LlamaNative.Merging.Tests;

/// <summary>Invalid options of a merge or a check throw argument exceptions that name the option, before any model is opened.</summary>
public sealed class MergeOptionsTests
{
    public static TheoryData<string, object?> BadMergeOptions => new()
    {
        { "Models", null },
        { "Models", new Dictionary<string, string> { ["a"] = "" } },
        { "ModelFolder", "" },
        { "OutputType", "" },
        { "OutputType", "Q4_K_X" },
        { "OutputType", "7" },
        { "OutputType", "IQ2_XXS" },
        { "Name", "" },
        { "Threads", 0 },
        { "RopeFreqBase", "" },
        { "RopeFreqBase", "-1" },
        { "RopeFreqBase", "NaN" },
        { "PostLayerT", 0.5 },
        { "PostLayerT", double.NaN },
    };

    public static TheoryData<string, object?> BadCheckOptions => new()
    {
        { "Prompt", null },
        { "MaxTokens", -1 },
        { "WindowSize", 1 },
        { "Threads", 0 },
    };

    [Theory]
    [MemberData(nameof(BadMergeOptions))]
    public void A_bad_merge_option_is_named(string option, object? value)
    {
        MergeOptions options = With(new MergeOptions(), option, value);
        MergeRecipe recipe = MergeRecipe.Parse("merge_method: passthrough\nmodels: [{model: A}]");
        Assert.Equal(option, Assert.ThrowsAny<ArgumentException>(() => ModelMerger.Plan(recipe, options)).ParamName);
    }

    [Theory]
    [MemberData(nameof(BadCheckOptions))]
    public void A_bad_check_option_is_named(string option, object? value)
    {
        MergeCheckOptions options = With(new MergeCheckOptions(), option, value);
        Assert.Equal(option, Assert.ThrowsAny<ArgumentException>(() => MergeCheck.Run("missing.gguf", options)).ParamName);
    }

    [Fact]
    public void Every_option_is_in_the_table()
    {
        // Like booleans, these accept every value of their type.
        Assert.Equal(["Seed"], Missing<MergeOptions>(BadMergeOptions));
        Assert.Equal(["Text"], Missing<MergeCheckOptions>(BadCheckOptions));
    }

    private static IEnumerable<string> Missing<T>(TheoryData<string, object?> bad) => typeof(T).GetProperties()
        .Where(property => property.SetMethod is { IsPublic: true } && property.PropertyType != typeof(bool))
        .Select(property => property.Name)
        .Except(bad.Select(row => (string)row[0]!));

    private static T With<T>(T options, string option, object? value)
    {
        typeof(T).GetProperty(option)!.SetValue(options, value); // as an object initializer does, null included
        return options;
    }
}
