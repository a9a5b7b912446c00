using LlamaNative.Merging.Methods;
using LlamaNative.Merging.Planning;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Tests;

/// <summary>Published recipes, planned on small models with the same number of layers.</summary>
public sealed class MergeRecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MergeRecipeTests()
    {
        foreach (string name in new[] { "A", "B", "Base" })
        {
            (Models.Small with { Seed = name[0], Layers = 40 }).Save(_folder[name + ".gguf"]);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Linear_example_is_accepted()
    {
        using MergePlan plan = Plan("""
            merge_method: linear
            models:
              - {model: A, parameters: {weight: 1.0}}
              - {model: B, parameters: {weight: 0.3}}
            dtype: float16
            """);
        KernelSpec spec = Spec(plan, "blk.7.ffn_up.weight");
        Assert.Equal([1.0, 0.3], spec.Inputs.Select(input => input.Parameters["weight"].Number));
        Assert.Equal(GgmlType.F16, plan.Plans.Single(tensor => tensor.Name == "blk.7.ffn_up.weight").Type);
        Assert.Equal(GgmlType.F32, plan.Plans.Single(tensor => tensor.Name == "blk.7.ffn_norm.weight").Type);
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void Slerp_example_is_accepted_and_its_gradients_apply()
    {
        using MergePlan plan = Plan("""
            merge_method: slerp
            base_model: A
            slices:
              - sources:
                  - {model: A, layer_range: [0, 40]}
                  - {model: B, layer_range: [0, 40]}
            parameters:
              t:
                - {filter: self_attn, value: [0, 0.4, 1]}
                - {filter: mlp, value: [1, 0.6, 0]}
                - value: 0.5
            """);
        Assert.Equal(0, T("blk.0.attn_q.weight"));
        Assert.Equal(1, T("blk.39.attn_output.weight"));
        Assert.Equal(1, T("blk.0.ffn_down.weight"));
        Assert.Equal(0.5, T("blk.0.attn_norm.weight"));
        Assert.Equal(0.5, T("output.weight"));

        // Layer 13 of 40 is at one third: two thirds of the way from 0 to 0.4.
        Assert.Equal(0.8 / 3, T("blk.13.attn_v.weight"), 12);

        double T(string tensor) => Spec(plan, tensor).Parameters["t"].Number;
    }

    [Fact]
    public void Ties_example_is_accepted_with_the_base_first_and_its_per_model_parameters()
    {
        using MergePlan plan = Plan("""
            merge_method: ties
            base_model: Base
            models:
              - {model: A, parameters: {density: [1, 0.5], weight: 1.0}}
              - {model: B, parameters: {density: 0.4, weight: [{filter: mlp, value: 0.5}, {value: 0}]}}
            parameters: {normalize: true, int8_mask: true}
            """);
        KernelSpec mlp = Spec(plan, "blk.39.ffn_gate.weight");
        Assert.Equal([true, false, false], mlp.Inputs.Select(input => input.IsBase));
        Assert.Equal(0.5, mlp.Inputs[1].Parameters["density"].Number);
        Assert.Equal(0.5, mlp.Inputs[2].Parameters["weight"].Number);
        Assert.Equal(0, Spec(plan, "blk.39.attn_k.weight").Inputs[2].Parameters["weight"].Number);
        Assert.Equal(1, Spec(plan, "token_embd.weight").Inputs[1].Parameters["density"].Number);
        Assert.Equal(0.5, Spec(plan, "output.weight").Inputs[1].Parameters["density"].Number);
    }

    [Fact]
    public void Passthrough_example_is_accepted_and_stacks_44_layers()
    {
        using MergePlan plan = Plan("""
            merge_method: passthrough
            slices:
              - sources: [{model: A, layer_range: [0, 24]}]
              - sources: [{model: B, layer_range: [20, 40], parameters: {scale: [{filter: down_proj, value: 0.8}]}}]
            """);
        Assert.Equal(44u, plan.Metadata["llama.block_count"].GetUInt32());
        TensorPlan down = plan.Plans.Single(tensor => tensor.Name == "blk.24.ffn_down.weight");
        Assert.Equal("blk.20.ffn_down.weight", down.Inputs[0].Tensor.Name);
        Assert.Equal(0.8, down.Spec.Inputs[0].Parameters["scale"].Number);
        Assert.True(plan.Plans.Single(tensor => tensor.Name == "blk.24.ffn_up.weight").IsCopy);
    }

    [Fact]
    public void Bakllama_example_scales_ffn_down_alone_and_names_its_sources()
    {
        using MergePlan plan = Plan("""
            layer_slices:
              - {model: A, start: 0, end: 24}
              - {model: B, start: 20, end: 40, scale: 0.9}
            embedding_source: A
            """);
        TensorPlan[] scaled = [.. plan.Plans.Where(tensor => tensor.Spec.Inputs[0].Parameters.ContainsKey("scale"))];
        Assert.Equal(20, scaled.Length);
        Assert.All(scaled, tensor => Assert.EndsWith("ffn_down.weight", tensor.Name, StringComparison.Ordinal));
        Assert.Equal("A", Source(plan, "token_embd.weight"));
        Assert.Equal("B", Source(plan, "output.weight"));
        Assert.Equal("B", Source(plan, "output_norm.weight"));
    }

    [Fact]
    public void Bakllama_plans_equal_the_listed_ones()
    {
        foreach (System.Text.Json.JsonElement @case in VectorFile.Root.GetProperty("layer_plans").EnumerateArray())
        {
            using MergePlan plan = Plan(@case.GetProperty("bakllama").GetRawText());
            System.Text.Json.JsonElement expected = @case.GetProperty("plan");
            Assert.Equal(expected.GetProperty("embedding_from").GetString(), Source(plan, "token_embd.weight"));
            Assert.Equal(expected.GetProperty("output_from").GetString(), Source(plan, "output.weight"));
            Assert.Equal(expected.GetProperty("block_count").GetUInt32(), plan.Metadata["llama.block_count"].GetUInt32());
            foreach (System.Text.Json.JsonElement layer in expected.GetProperty("layers").EnumerateArray())
            {
                TensorPlan down = plan.Plans.Single(tensor => tensor.Name == $"blk.{layer.GetProperty("out").GetInt32()}.ffn_down.weight");
                Assert.Equal(layer.GetProperty("model").GetString(), down.Spec.Inputs[0].Model);
                Assert.Equal($"blk.{layer.GetProperty("src").GetInt32()}.ffn_down.weight", down.Inputs[0].Tensor.Name);
                double? scale = layer.GetProperty("ffn_down_scale") is { ValueKind: System.Text.Json.JsonValueKind.Number } number
                    ? number.GetDouble()
                    : null;
                Assert.Equal(scale,
                    down.Spec.Inputs[0].Parameters.TryGetValue("scale", out Recipe.ParameterScalar value) ? value.Number : null);
            }
        }
    }

    [Fact]
    public void MythoMax_recipe_gives_363_tensors_their_published_shares()
    {
        string sample = Repository.PathOf("samples", "MythoMaxRecipe", "mythomax-l2-13b.yaml");
        MergeRecipe recipe = MergeRecipe.Load(sample);
        Assert.Equal("mythomax-L2-13b", recipe.OutputPath);
        using MergePlan plan = ModelMerger.Plan(recipe, new MergeOptions
        {
            Models = new Dictionary<string, string> { ["MythoLogic-L2-13b"] = _folder["A.gguf"], ["Huginn-13b-FP16"] = _folder["B.gguf"] },
        });
        Assert.Equal(363, plan.Tensors.Count);
        Assert.Equal(0.75, Share("output.weight"));
        Assert.Equal(0.75, Share("token_embd.weight"));
        Assert.Equal(0.75, Share("output_norm.weight"));
        Assert.Equal(0.5, Share("blk.17.attn_norm.weight"));
        Assert.Equal(0.5, Share("blk.17.ffn_norm.weight"));

        // The list of 160 attention tensors runs q, k, v, o layer by layer; that of 120 feed-forward ones gate, up, down.
        Assert.Equal(0.75, Share("blk.0.attn_q.weight"));
        Assert.Equal(0.746855, Share("blk.0.attn_k.weight"), 6);
        Assert.Equal(0.501572, Share("blk.19.attn_output.weight"), 6);
        Assert.Equal(0.498428, Share("blk.20.attn_q.weight"), 6);
        Assert.Equal(0.25, Share("blk.39.attn_output.weight"));
        Assert.Equal(0.25, Share("blk.0.ffn_gate.weight"));
        Assert.Equal(0.254202, Share("blk.0.ffn_up.weight"), 6);
        Assert.Equal(0.745798, Share("blk.39.ffn_up.weight"), 6);
        Assert.Equal(0.75, Share("blk.39.ffn_down.weight"));

        double Share(string tensor)
        {
            KernelSpec spec = Spec(plan, tensor);
            Assert.Equal(1, spec.Inputs[0].Parameters["weight"].Number + spec.Inputs[1].Parameters["weight"].Number, 15);
            return spec.Inputs[1].Parameters["weight"].Number;
        }
    }

    [Fact]
    public void Operations_follow_each_other()
    {
        using MergePlan plan = Plan("""
            model_path1: A
            model_path2: B
            operations:
              - {operation: all, gradient_values: [0.5]}
              - {operation: attention, filter: self_attn, gradient_values: [0.5, 0.5], layer_only: true}
            """);

        // x1 = a/2 + b/2, then a/4 + b/4 + b/2.
        Assert.Equal([0.25, 0.75], Spec(plan, "blk.3.attn_q.weight").Inputs.Select(input => input.Parameters["weight"].Number));
        Assert.Equal([0.5, 0.5], Spec(plan, "blk.3.ffn_up.weight").Inputs.Select(input => input.Parameters["weight"].Number));
    }

    [Fact]
    public void Anchors_aliases_and_merge_keys_are_read()
    {
        using MergePlan plan = Plan("""
            merge_method: linear
            models:
              - model: A
                parameters: &shared {weight: [0.2, 0.4]}
              - model: B
                parameters:
                  <<: *shared
            parameters: {normalize: false}
            """);
        Assert.Equal([0.4, 0.4], Spec(plan, "blk.39.ffn_up.weight").Inputs.Select(input => input.Parameters["weight"].Number));
    }

    [Theory]
    [InlineData("out --merge A --merge B --weight 0.6 --weight 0.2 --method linear", "linear", 0.6)]
    [InlineData("out --merge A B --weight 0.6 0.2 --method linear --cuda", "linear", 0.6)]
    [InlineData("--method=linear --merge=A --merge=B --weight=0.6 --weight=0.2 out", "linear", 0.6)]
    [InlineData("out --merge A --merge B --base-model Base --density 0.4", "ties", 1.0)]
    public void First_command_lines_are_accepted(string line, string method, double weight)
    {
        MergeRecipe recipe = MergeRecipe.FromCommandLine(line.Split(' '));
        Assert.Equal("out", recipe.OutputPath);
        using MergePlan plan = ModelMerger.Plan(recipe, new MergeOptions { ModelFolder = _folder.Root });
        KernelSpec spec = Spec(plan, "blk.3.ffn_up.weight");
        Assert.Equal(method, spec.Method.Name);
        Assert.Equal(weight, spec.Inputs.First(input => !input.IsBase).Parameters["weight"].Number);
        Assert.Equal(GgmlType.BF16, plan.Plans.Single(tensor => tensor.Name == "blk.3.ffn_up.weight").Type);
    }

    [Fact]
    public void First_command_line_joins_an_unquoted_gradient()
    {
        MergeRecipe recipe = MergeRecipe.FromCommandLine(
            "out --merge A --merge B --method slerp --layer-gradient [0, 0.3, 0.7, 0, 0.1, 1.0] --no-bf16".Split(' '));
        using MergePlan plan = ModelMerger.Plan(recipe, new MergeOptions { ModelFolder = _folder.Root });

        // The 42 samples of merge_vectors.json: the first is the embeddings', the last two of interest are knots.
        Assert.Equal(0, Spec(plan, "token_embd.weight").Parameters["t"].Number);
        Assert.Equal(0.3, Spec(plan, "blk.6.attn_q.weight").Parameters["t"].Number, 12);
        Assert.Equal(0.3, Spec(plan, "blk.7.attn_q.weight").Parameters["t"].Number, 12);
        Assert.Equal(1, Spec(plan, "output.weight").Parameters["t"].Number);
        Assert.Equal("A", recipe.BaseModel);
    }

    [Fact]
    public void First_command_line_counts_signs_naively_when_told()
    {
        MergeRecipe recipe = MergeRecipe.FromCommandLine("out", "--merge", "A", "--base-model", "Base",
            "--naive-count", "--no-normalize", "--int8-mask");
        using MergePlan plan = ModelMerger.Plan(recipe, new MergeOptions { ModelFolder = _folder.Root });
        KernelSpec spec = Spec(plan, "blk.3.ffn_up.weight");
        Assert.Equal("count", spec.Parameters["consensus"].Text);
        Assert.Equal(0, spec.Parameters["normalize"].Number);
        Assert.Equal(0.33, spec.Inputs[1].Parameters["density"].Number);
    }

    [Fact]
    public void Plan_says_what_every_tensor_is_made_of_and_writes_nothing()
    {
        string[] before = [.. _folder.Entries];
        using MergePlan plan = Plan("merge_method: slerp\nbase_model: A\nmodels: [{model: A}, {model: B}]\nparameters: {t: [0, 1]}");
        using var text = new StringWriter();
        plan.WriteTo(text);
        Assert.Contains("blk.39.attn_q.weight f32 [8, 8] = slerp t=1 of A:blk.39.attn_q.weight f32 and B:blk.39.attn_q.weight f32",
            text.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, _folder.Entries);
    }

    private static KernelSpec Spec(MergePlan plan, string tensor) => plan.Plans.Single(planned => planned.Name == tensor).Spec;

    private static string Source(MergePlan plan, string tensor) => Assert.Single(Spec(plan, tensor).Inputs).Model;

    private MergePlan Plan(string yaml) => ModelMerger.Plan(MergeRecipe.Parse(yaml), new MergeOptions { ModelFolder = _folder.Root });
}
