using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;
using Xunit.Abstractions;

namespace LlamaNative.Merging.Tests;

/// <summary>The repository's trained model, merged with a perturbed copy: every result loads, generates and is measured.</summary>
public sealed class RealModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ITestOutputHelper _output;

    public RealModelTests(ITestOutputHelper output) => _output = output;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Slerp_towards_a_perturbed_copy_loses_steadily_and_always_answers()
    {
        string original = TrainedModel.Save(_folder);
        string perturbed = Perturb(original);
        var check = new MergeCheckOptions { Text = TrainedModel.Text, Threads = 1 };
        double parent = MergeCheck.Run(original, check).Perplexity!.Value;
        double copy = MergeCheck.Run(perturbed, check).Perplexity!.Value;
        _output.WriteLine($"parents: {parent:F4} and {copy:F4}");

        var perplexities = new List<double>();
        foreach (double t in new[] { 0, 0.25, 0.5, 0.75, 1 })
        {
            string path = _folder[$"merged-{t}.gguf"];
            ModelMerger.Merge(
                new MergeRecipe
                {
                    Method = MergeMethod.Slerp,
                    BaseModel = original,
                    Models = [new MergeSource { Model = original }, new MergeSource { Model = perturbed }],
                    Parameters = new Dictionary<string, ParameterSetting> { ["t"] = t },
                },
                path);
            MergeCheckResult result = MergeCheck.Run(path, check);
            _output.WriteLine($"t = {t}: {result.Perplexity:F4} over {result.PredictionCount} tokens, '{result.Generated}'");
            Assert.NotEmpty(result.Generated);
            perplexities.Add(result.Perplexity!.Value);
        }

        Assert.Equal(parent, perplexities[0]);
        Assert.Equal(copy, perplexities[4]);
        Assert.Equal(perplexities.Order(), perplexities);
        Assert.True(perplexities[4] > parent * 1.02, "the perturbation is too small to see");
    }

    [Fact]
    public void Two_of_four_layers_stack_and_answer()
    {
        string path = _folder["stack.gguf"];
        ModelMerger.Merge(
            MergeRecipe.Parse(
                "merge_method: passthrough\nslices: [{sources: [{model: S, layer_range: [0, 1]}]}, {sources: [{model: S, layer_range: "
                + "[3, 4]}]}]"),
            path,
            new MergeOptions { Models = new Dictionary<string, string> { ["S"] = TrainedModel.Save(_folder) } });
        using (GgufFile file = GgufFile.Open(path))
        {
            Assert.Equal(2u, file.Metadata["llama.block_count"].GetUInt32());
        }

        MergeCheckResult result = MergeCheck.Run(path, new MergeCheckOptions { Threads = 1 });
        _output.WriteLine(result.Generated);
        Assert.NotEmpty(result.Generated);
    }

    [Theory]
    [InlineData("Q8_0")]
    [InlineData("Q4_0")]
    [InlineData("Q4_K_M")]
    [InlineData("Q6_K")]
    public void Quantized_output_is_what_quantizing_the_f32_merge_gives(string type)
    {
        string original = TrainedModel.Save(_folder);
        string perturbed = Perturb(original);
        MergeRecipe recipe = MergeRecipe.Parse(
            "merge_method: linear\nmodels: [{model: A, parameters: {weight: 0.7}}, {model: B, parameters: {weight: 0.3}}]");
        var options = new MergeOptions { Models = new Dictionary<string, string> { ["A"] = original, ["B"] = perturbed } };
        ModelMerger.Merge(recipe, _folder["f32.gguf"], options);
        ModelMerger.Merge(recipe, _folder["direct.gguf"], options with { OutputType = type });
        ModelQuantizer.Quantize(_folder["f32.gguf"], _folder["expected.gguf"], new ModelQuantizationOptions
        {
            FileType = Enum.Parse<ModelFileType>(type),
        });
        Assert.Empty(Contents.DifferentTensors(_folder["direct.gguf"], _folder["expected.gguf"]));
        using GgufFile direct = GgufFile.Open(_folder["direct.gguf"]);
        using GgufFile expected = GgufFile.Open(_folder["expected.gguf"]);
        Assert.Equal(expected.Metadata["general.file_type"].GetUInt32(), direct.Metadata["general.file_type"].GetUInt32());
        Assert.NotEmpty(MergeCheck.Run(_folder["direct.gguf"], new MergeCheckOptions { Threads = 1 }).Generated);
    }

    [Fact]
    public void Quantized_parents_of_different_types_merge_and_answer()
    {
        string original = TrainedModel.Save(_folder);
        ModelQuantizer.Quantize(original, _folder["q8.gguf"], new ModelQuantizationOptions { FileType = ModelFileType.Q8_0 });
        ModelQuantizer.Quantize(original, _folder["q5.gguf"], new ModelQuantizationOptions { FileType = ModelFileType.Q5_0 });
        ModelMerger.Merge(
            MergeRecipe.Parse("merge_method: slerp\nbase_model: q8\nparameters: {t: 0.5}\nmodels: [{model: q8}, {model: q5}]"),
            _folder["out.gguf"],
            new MergeOptions { ModelFolder = _folder.Root, OutputType = "Q8_0" });
        var check = new MergeCheckOptions { Text = TrainedModel.Text, Threads = 1 };
        double parent = MergeCheck.Run(original, check).Perplexity!.Value;
        double merged = MergeCheck.Run(_folder["out.gguf"], check).Perplexity!.Value;
        _output.WriteLine($"{parent:F4} and {merged:F4}");
        Assert.InRange(merged, parent * 0.97, parent * 1.03);
    }

    /// <summary>A copy whose matrices have seeded noise of a quarter of each tensor's magnitude.</summary>
    private string Perturb(string path)
    {
        string copy = _folder["perturbed.gguf"];
        using GgufFile file = GgufFile.Open(path);
        var editor = new GgufEditor(file);
        var random = new Random(20231);
        foreach (GgufTensorInfo tensor in file.Tensors.Where(tensor => tensor.Shape.RowCount > 1))
        {
            float[] values = Contents.Floats(path, tensor.Name);
            double size = Math.Sqrt(values.Average(value => (double)value * value));
            for (int i = 0; i < values.Length; i++)
            {
                // The sum of twelve uniform numbers less six is close to a normal one.
                double normal = Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;
                values[i] += (float)(0.25 * size * normal);
            }

            editor.SetTensor(tensor.Name, GgmlType.F32, tensor.Shape,
                System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());
        }

        editor.Save(copy);
        return copy;
    }
}
