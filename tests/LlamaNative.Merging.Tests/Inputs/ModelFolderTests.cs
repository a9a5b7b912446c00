using LlamaNative.Gguf;

namespace LlamaNative.Merging.Tests;

/// <summary>A folder named as model: its only model is used, and never another kind of file or one of several models.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelFolderTests() => Directory.CreateDirectory(_folder["A"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_projector_adapter_and_imatrix_beside_the_model_are_passed_over()
    {
        string model = Models.Small.Save(_folder["A/model.gguf"]);
        WriteOther("A/aa-mmproj.gguf", "general.architecture", "clip");
        WriteOther("A/ab-lora.gguf", "general.type", "adapter");
        WriteOther("A/ac-imatrix.gguf", "general.type", "imatrix");
        using MergePlan plan = Plan();
        Assert.Equal(model, Assert.Single(plan.ModelPaths));
    }

    [Fact]
    public void The_parts_of_a_split_model_are_one_model()
    {
        Models.Small.Create().SaveSplit(_folder["A/S"], 3);
        using MergePlan plan = Plan();
        Assert.Equal(_folder["A/S-00001-of-00003.gguf"], Assert.Single(plan.ModelPaths));
    }

    [Fact]
    public void Several_models_are_refused_with_their_names()
    {
        Models.Small.Save(_folder["A/Q4.gguf"]);
        Models.Small.Save(_folder["A/F16.GGUF"]);
        Models.Small.Create().SaveSplit(_folder["A/S"], 2);
        WriteOther("A/mmproj.gguf", "general.architecture", "clip");
        Refuse("several models: F16.GGUF, Q4.gguf, S-00001-of-00002.gguf; name one of them");
    }

    [Fact]
    public void A_folder_without_a_model_says_what_it_has()
    {
        Refuse("has no .gguf file");
        WriteOther("A/mmproj.gguf", "general.architecture", "clip");
        Refuse("has no model, but only mmproj.gguf (mmproj)");
    }

    [Theory]
    [InlineData("general.architecture", "clip", "it is not a model, but the image or sound encoder")]
    [InlineData("general.architecture", "controlvector", "it is not a model, but a control vector")]
    [InlineData("general.type", "adapter", "it is not a model, but a LoRA adapter")]
    [InlineData("general.type", "imatrix", "it is not a model, but an importance matrix")]
    public void A_file_for_a_model_that_the_recipe_names_is_not_a_model(string key, string value, string expected)
    {
        WriteOther("A.gguf", key, value);
        Directory.Delete(_folder["A"]);
        Refuse(expected);
    }

    [Fact]
    public void A_broken_file_is_reported_and_not_passed_over()
    {
        File.WriteAllText(_folder["A/broken.gguf"], "GGUF and then nonsense");
        Assert.Equal(_folder["A/broken.gguf"], Assert.Throws<MergeException>(Plan).File);
        Models.Small.Save(_folder["A/model.gguf"]);
        Refuse("several models: broken.gguf, model.gguf");
    }

    [Fact]
    public void A_path_given_for_a_name_may_be_a_folder()
    {
        string model = Models.Small.Save(_folder["A/model.gguf"]);
        using MergePlan plan = ModelMerger.Plan(MergeRecipe.Parse("merge_method: passthrough\nmodels: [{model: X}]"),
            new MergeOptions { Models = new Dictionary<string, string> { ["X"] = _folder["A"] } });
        Assert.Equal(model, Assert.Single(plan.ModelPaths));
    }

    private MergePlan Plan() =>
        ModelMerger.Plan(MergeRecipe.Parse("merge_method: passthrough\nmodels: [{model: A}]"),
            new MergeOptions { ModelFolder = _folder.Root });

    private void Refuse(string message)
    {
        var error = Assert.Throws<MergeException>(Plan);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Line);
    }

    private void WriteOther(string name, string key, string value)
    {
        using GgufWriter writer = GgufWriter.Create(_folder[name]);
        writer.AddMetadata(key, GgufValue.Of(value));
        writer.Complete();
    }
}
