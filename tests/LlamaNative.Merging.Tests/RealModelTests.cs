using LlamaNative.Compute;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;
using Xunit.Abstractions;

namespace LlamaNative.Merging.Tests;

/// <summary>A real trained model merged with a perturbed copy of itself: every result loads, generates and is measured.</summary>
public sealed class RealModelTests : IDisposable
{
    private const string Model = "models/stories260K.gguf";
    private const string Text = "golden/stories260K_text.txt";
    private const string Golden = "golden/stories260K.json";

    private readonly TemporaryFolder _folder = new();
    private readonly ITestOutputHelper _output;

    public RealModelTests(ITestOutputHelper output) => _output = output;

    public void Dispose() => _folder.Dispose();

    [RequiresFact(Need.Shared)]
    public void Slerp_towards_a_perturbed_copy_loses_steadily_and_always_answers()
    {
        string original = Repository.SharedPathOf(Model);
        string perturbed = Perturb(original);
        var check = new MergeCheckOptions { Text = File.ReadAllText(Repository.SharedPathOf(Text)), Threads = 1 };
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
        Assert.True(perplexities[4] > parent * 1.05, "the perturbation is too small to see");
    }

    [RequiresFact(Need.Shared)]
    public void Perplexity_is_llama_cpps()
    {
        // The reference: BOS and tokens of the text, at most 512, all logits of one evaluation.
        System.Text.Json.JsonElement golden = System.Text.Json.JsonDocument
            .Parse(File.ReadAllText(Repository.SharedPathOf(Golden))).RootElement.GetProperty("default").GetProperty("perplexity");
        double[] expected = VectorFile.Numbers(golden.GetProperty("nll"));
        using LlamaModel model = LlamaModel.Load(Repository.SharedPathOf(Model));
        using var context = new LlamaContext(model, new ContextOptions
        {
            ContextSize = 512,
            BatchSize = 512,
            MicroBatchSize = 512,
            MaxOutputsPerSequence = 512,
            Threads = 1,
        });
        int[] tokens = model.Vocabulary.Tokenize(golden.GetProperty("text").GetString()!, addSpecial: false);
        PerplexityResult result = Perplexity.Measure(context, tokens.AsSpan(0, expected.Length), 512);
        _output.WriteLine(
            $"{result.MeanNegativeLogLikelihood} over {result.PredictionCount}, llama.cpp {golden.GetProperty("mean_nll").GetDouble()}");
        Assert.Equal(511, result.PredictionCount);

        // The CPU variants round differently, and the golden cache is in half precision.
        Assert.Equal(golden.GetProperty("mean_nll").GetDouble(), result.MeanNegativeLogLikelihood, 0.002);
    }

    [RequiresFact(Need.Shared)]
    public void Two_of_five_layers_stack_and_answer()
    {
        string path = _folder["stack.gguf"];
        ModelMerger.Merge(
            MergeRecipe.Parse(
                "merge_method: passthrough\nslices: [{sources: [{model: S, layer_range: [0, 1]}]}, {sources: [{model: S, layer_range: "
                + "[4, 5]}]}]"),
            path,
            new MergeOptions { Models = new Dictionary<string, string> { ["S"] = Repository.SharedPathOf(Model) } });
        using (GgufFile file = GgufFile.Open(path))
        {
            Assert.Equal(2u, file.Metadata["llama.block_count"].GetUInt32());
        }

        MergeCheckResult result = MergeCheck.Run(path, new MergeCheckOptions { Threads = 1 });
        _output.WriteLine(result.Generated);
        Assert.NotEmpty(result.Generated);
    }

    [RequiresTheory(Need.Shared)]
    [InlineData("Q8_0")]
    [InlineData("Q4_0")]
    [InlineData("Q4_K_M")]
    [InlineData("Q6_K")]
    public void Quantized_output_is_what_quantizing_the_f32_merge_gives(string type)
    {
        string original = Repository.SharedPathOf(Model);
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

    [RequiresFact(Need.Shared)]
    public void Quantized_parents_of_different_types_merge_and_answer()
    {
        string original = Repository.SharedPathOf(Model);
        ModelQuantizer.Quantize(original, _folder["q8.gguf"], new ModelQuantizationOptions { FileType = ModelFileType.Q8_0 });
        ModelQuantizer.Quantize(original, _folder["q5.gguf"], new ModelQuantizationOptions { FileType = ModelFileType.Q5_0 });
        ModelMerger.Merge(
            MergeRecipe.Parse("merge_method: slerp\nbase_model: q8\nparameters: {t: 0.5}\nmodels: [{model: q8}, {model: q5}]"),
            _folder["out.gguf"],
            new MergeOptions { ModelFolder = _folder.Root, OutputType = "Q8_0" });
        var check = new MergeCheckOptions { Text = File.ReadAllText(Repository.SharedPathOf(Text)), Threads = 1 };
        double parent = MergeCheck.Run(original, check).Perplexity!.Value;
        double merged = MergeCheck.Run(_folder["out.gguf"], check).Perplexity!.Value;
        _output.WriteLine($"{parent:F4} and {merged:F4}");
        Assert.InRange(merged, parent * 0.97, parent * 1.03);
    }

    /// <summary>A copy whose matrices have seeded noise of a tenth of each tensor's magnitude.</summary>
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
                values[i] += (float)(0.1 * size * normal);
            }

            editor.SetTensor(tensor.Name, GgmlType.F32, tensor.Shape,
                System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());
        }

        editor.Save(copy);
        return copy;
    }
}
