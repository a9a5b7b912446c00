using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Tests;

/// <summary>Properties for all models: both ends of every scale are the source models, bit for bit.</summary>
public sealed class PropertyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _a;
    private readonly string _b;

    public PropertyTests()
    {
        // Imprecise arithmetic would lose the sign of minus zero.
        float[] zeros = [-0f, 0f, -0f, 1f, -1f, 1e-30f, -1e30f, 3f];
        _a = (Models.Small with { Seed = 1, Layers = 3, Given = new Dictionary<string, float[]> { ["blk.1.attn_norm.weight"] = zeros } })
            .Save(_folder["A.gguf"]);
        _b = (Models.Small with
        {
            Seed = 2,
            Layers = 3,
            Given = new Dictionary<string, float[]> { ["blk.1.attn_norm.weight"] = [.. zeros.Reverse()] }
        }).Save(_folder["B.gguf"]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("merge_method: linear\nmodels: [{model: A, parameters: {weight: 1}}, {model: B, parameters: {weight: 0}}]", "A")]
    [InlineData("merge_method: linear\nmodels: [{model: A, parameters: {weight: 0}}, {model: B, parameters: {weight: 0.3}}]", "B")]
    [InlineData("merge_method: linear\nparameters: {normalize: false}\nmodels: [{model: A, parameters: {weight: 0}}, {model: B, "
        + "parameters: {weight: 1}}]", "B")]
    [InlineData("merge_method: slerp\nbase_model: A\nparameters: {t: 0}\nmodels: [{model: A}, {model: B}]", "A")]
    [InlineData("merge_method: slerp\nbase_model: A\nparameters: {t: 1}\nmodels: [{model: A}, {model: B}]", "B")]
    [InlineData("merge_method: slerp\nbase_model: B\nparameters: {t: 0}\nmodels: [{model: A}, {model: B}]", "B")]
    [InlineData("merge_method: nuslerp\nmodels: [{model: A, parameters: {weight: 0}}, {model: B, parameters: {weight: 1}}]", "B")]
    [InlineData("merge_method: nuslerp\nparameters: {nuslerp_flatten: false}\nmodels: [{model: A, parameters: {weight: 1}}, {model: B, "
        + "parameters: {weight: 0}}]", "A")]
    [InlineData("merge_method: nuslerp\nparameters: {nuslerp_flatten: false, nuslerp_row_wise: true}\nmodels: [{model: A, parameters: "
        + "{weight: 1}}, {model: B, parameters: {weight: 0}}]", "A")]
    [InlineData("merge_method: ties\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1, density: 1}}]", "B")]
    [InlineData("merge_method: ties\nbase_model: A\nmodels: [{model: B, parameters: {weight: 0.7}}]", "B")]
    [InlineData("merge_method: ties\nbase_model: A\nmodels: [{model: A}, {model: A}, {model: B, parameters: {weight: 0}}]", "A")]
    [InlineData("merge_method: task_arithmetic\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1}}]", "B")]
    [InlineData("merge_method: task_arithmetic\nbase_model: A\nparameters: {lambda: 0}\nmodels: [{model: B, parameters: {weight: 1}}]",
        "A")]
    [InlineData("merge_method: dare_ties\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1, density: 1}}]", "B")]
    [InlineData("merge_method: dare_linear\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1, density: 0}}]", "A")]
    [InlineData("merge_method: breadcrumbs\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1}}]", "B")]
    [InlineData("merge_method: breadcrumbs_ties\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1}}]", "B")]
    [InlineData("merge_method: della\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1}}]", "B")]
    [InlineData("merge_method: della_linear\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1}}]", "B")]
    [InlineData("merge_method: sce\nbase_model: A\nmodels: [{model: B}]", "B")]
    [InlineData("merge_method: sce\nbase_model: A\nparameters: {select_topk: 0}\nmodels: [{model: A}, {model: B}]", "A")]
    [InlineData("merge_method: karcher\nmodels: [{model: B}]", "B")]
    [InlineData("merge_method: multislerp\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1}}]", "B")]
    [InlineData("merge_method: multislerp\nmodels: [{model: A, parameters: {weight: 0}}, {model: B, parameters: {weight: 2}}]", "B")]
    [InlineData("merge_method: nearswap\nbase_model: A\nparameters: {t: 1.0e+38}\nmodels: [{model: A}, {model: B}]", "B")]
    [InlineData("merge_method: passthrough\nmodels: [{model: B}]", "B")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: B, layer_range: [0, 3]}]}]", "B")]
    [InlineData("merge_method: passthrough\ndtype: float32\nslices: [{sources: [{model: B, layer_range: [0, 1]}]}, {sources: [{model: B, "
        + "layer_range: [1, 3]}]}]", "B")]
    public void The_ends_of_every_scale_are_the_parents_bit_for_bit(string yaml, string parent)
    {
        string output = _folder["out.gguf"];
        ModelMerger.Merge(MergeRecipe.Parse(yaml), output, new MergeOptions { ModelFolder = _folder.Root });
        Assert.Empty(Contents.DifferentTensors(output, parent == "A" ? _a : _b));
    }

    [Fact]
    public void A_slice_of_a_quantized_model_keeps_its_bytes()
    {
        string q = (Models.Small with { Embedding = 32, FeedForward = 64, Type = GgmlType.Q8_0, Layers = 4 }).Save(_folder["Q.gguf"]);
        string output = _folder["out.gguf"];
        ModelMerger.Merge(MergeRecipe.Parse("merge_method: passthrough\nslices: [{sources: [{model: Q, layer_range: [0, 4]}]}]"),
            output, new MergeOptions
            {
                ModelFolder = _folder.Root,
            });
        Assert.Empty(Contents.DifferentTensors(output, q));
    }

    [Fact]
    public void Stacked_layers_are_renumbered_and_their_lists_follow()
    {
        (Models.Small with { Seed = 3, Layers = 4, Metadata = Lists([10, 11, 12, 13]) }).Save(_folder["C.gguf"]);
        (Models.Small with { Seed = 4, Layers = 4, Metadata = Lists([20, 21, 22, 23]) }).Save(_folder["D.gguf"]);
        string output = _folder["out.gguf"];
        ModelMerger.Merge(
            MergeRecipe.Parse(
                "merge_method: passthrough\nslices: [{sources: [{model: C, layer_range: [0, 3]}]}, {sources: [{model: D, layer_range: [1, "
                + "4], parameters: {scale: [{filter: down_proj, value: 0.5}]}}]}]"),
            output,
            new MergeOptions { ModelFolder = _folder.Root });

        using GgufFile file = GgufFile.Open(output);
        Assert.Equal(6u, file.Metadata["llama.block_count"].GetUInt32());
        Assert.Equal([10, 11, 12, 21, 22, 23], file.Metadata["llama.attention.sliding_window_pattern"].GetArray<int>());
        Assert.Equal(Contents.Floats(_folder["D.gguf"], "blk.2.attn_q.weight"), Contents.Floats(output, "blk.4.attn_q.weight"));
        Assert.Equal(Contents.Floats(_folder["D.gguf"], "blk.1.ffn_down.weight").Select(x => x * 0.5f),
            Contents.Floats(output, "blk.3.ffn_down.weight"));
        Assert.Equal(Contents.Floats(_folder["C.gguf"], "token_embd.weight"), Contents.Floats(output, "token_embd.weight"));
        Assert.Equal(Contents.Floats(_folder["D.gguf"], "output.weight"), Contents.Floats(output, "output.weight"));
        Assert.Equal(2 + (6 * 9) + 1, file.Tensors.Count);

        static Dictionary<string, GgufValue> Lists(int[] values) =>
            new() { ["llama.attention.sliding_window_pattern"] = GgufValue.OfArray<int>(values) };
    }

    [Fact]
    public void Missing_output_matrix_stands_for_the_embeddings()
    {
        (Models.Small with { Seed = 5, Tied = true, Layers = 3 }).Save(_folder["Tied.gguf"]);
        string output = _folder["out.gguf"];
        ModelMerger.Merge(
            MergeRecipe.Parse(
                "merge_method: linear\nmodels: [{model: A, parameters: {weight: 1}}, {model: Tied, parameters: {weight: 3}}]"),
            output,
            new MergeOptions { ModelFolder = _folder.Root });
        float[] a = Contents.Floats(_a, "output.weight");
        float[] tied = Contents.Floats(_folder["Tied.gguf"], "token_embd.weight");
        Assert.Equal(a.Zip(tied, (x, y) => (float)((x * 0.25) + (y * 0.75))), Contents.Floats(output, "output.weight"));

        // The embeddings of one model with the output matrix of another must not be treated as tied.
        ModelMerger.Merge(
            MergeRecipe.Parse(
                "merge_method: passthrough\nslices: [{sources: [{model: A, layer_range: [0, 1]}]}, {sources: [{model: Tied, layer_range: "
                + "[0, 1]}]}]"),
            output,
            new MergeOptions { ModelFolder = _folder.Root });
        Assert.Equal(tied, Contents.Floats(output, "output.weight"));
        Assert.Equal(Contents.Floats(_a, "token_embd.weight"), Contents.Floats(output, "token_embd.weight"));
    }

    [Fact]
    public void Split_and_differently_typed_models_merge()
    {
        (Models.Small with { Seed = 6, Embedding = 32, FeedForward = 64 }).Create().SaveSplit(_folder["S"], 3);
        (Models.Small with { Seed = 7, Embedding = 32, FeedForward = 64, Type = GgmlType.Q8_0 }).Save(_folder["Q.gguf"]);
        (Models.Small with { Seed = 6, Embedding = 32, FeedForward = 64 }).Save(_folder["whole.gguf"]);
        var options = new MergeOptions { ModelFolder = _folder.Root };
        string recipe =
            "merge_method: linear\nmodels: [{model: X, parameters: {weight: 1}}, {model: Q, parameters: {weight: 1}}]\ndtype: float32";
        ModelMerger.Merge(MergeRecipe.Parse(recipe.Replace("X", "S-00002-of-00003.gguf", StringComparison.Ordinal)),
            _folder["out1.gguf"], options);
        ModelMerger.Merge(MergeRecipe.Parse(recipe.Replace("X", "whole", StringComparison.Ordinal)), _folder["out2.gguf"], options);
        Assert.Empty(Contents.DifferentTensors(_folder["out1.gguf"], _folder["out2.gguf"]));
        using GgufFile file = GgufFile.Open(_folder["out1.gguf"]);
        Assert.False(file.Metadata.ContainsKey("split.count"));

        // Q8_0 keeps 8 bits of the largest number of a block: its error is at most 1/254 of 1 here, half of it after the mean.
        float[] expected = (Models.Small with { Seed = 6, Embedding = 32, FeedForward = 64 })
            .Create().Tensors["blk.0.ffn_up.weight"].Values;
        float[] other = (Models.Small with { Seed = 7, Embedding = 32, FeedForward = 64 }).Create().Tensors["blk.0.ffn_up.weight"].Values;
        float[] actual = Contents.Floats(_folder["out1.gguf"], "blk.0.ffn_up.weight");
        Assert.All(actual.Select((value, i) => Math.Abs(value - ((expected[i] + other[i]) / 2))),
            difference => Assert.InRange(difference, 0, 0.5 / 254 + 1e-3));
    }

    /// <summary>As mergekit's maintainer advises for choosing an output matrix, or embeddings.</summary>
    [Fact]
    public void A_slice_without_layers_chooses_the_ends()
    {
        const string Middle = "{sources: [{model: A, layer_range: [0, 3]}]}";
        ModelMerger.Merge(MergeRecipe.Parse("merge_method: passthrough\nslices: [{sources: [{model: B, layer_range: [0, 0]}]}, " + Middle
            + ", {sources: [{model: B, layer_range: [3, 3]}]}]"), _folder["out.gguf"], new MergeOptions { ModelFolder = _folder.Root });
        string[] ends = ["token_embd.weight", "output_norm.weight", "output.weight"];
        Assert.Equal(ends.Order(), Contents.DifferentTensors(_folder["out.gguf"], _a).Order());
        Assert.All(ends, name => Assert.Equal(Contents.Floats(_b, name), Contents.Floats(_folder["out.gguf"], name)));

        // With a method of several models, the empty slice has its own sources.
        ModelMerger.Merge(MergeRecipe.Parse("merge_method: linear\nslices:\n- sources:\n  - {model: A, layer_range: [0, 3], parameters: "
            + "{weight: 0.5}}\n  - {model: B, layer_range: [0, 3], parameters: {weight: 0.5}}\n- sources:\n  - {model: A, layer_range: "
            + "[3, 3], parameters: {weight: 1}}"), _folder["out.gguf"], new MergeOptions { ModelFolder = _folder.Root });
        Assert.Equal(Contents.Floats(_a, "output.weight"), Contents.Floats(_folder["out.gguf"], "output.weight"));
        Assert.NotEqual(Contents.Floats(_a, "token_embd.weight"), Contents.Floats(_folder["out.gguf"], "token_embd.weight"));
        using GgufFile file = GgufFile.Open(_folder["out.gguf"]);
        Assert.Equal(3u, file.Metadata["llama.block_count"].GetUInt32());
    }

    [Theory]
    [InlineData("model_stock", "filter_wise: true")]
    [InlineData("sce", "select_topk: 0.3")]
    [InlineData("karcher", "max_iter: 5")]
    [InlineData("multislerp", "weight: 1")]
    [InlineData("arcee_fusion", "")]
    [InlineData("nearswap", "t: 0.001")]
    [InlineData("dare_linear", "density: 0.5")]
    [InlineData("dare_ties", "density: 0.3")]
    [InlineData("della", "density: 0.5, epsilon: 0.2")]
    [InlineData("ties", "density: 0.5")]
    [InlineData("breadcrumbs", "density: 0.7, gamma: 0.05")]
    public void Results_depend_on_the_seed_and_not_on_the_threads(string method, string parameters)
    {
        // Wide enough for many blocks, so that errors between threads would show.
        (Models.Small with { Seed = 8, Layers = 1, Embedding = 512, FeedForward = 2048 }).Save(_folder["P.gguf"]);
        (Models.Small with { Seed = 9, Layers = 1, Embedding = 512, FeedForward = 2048 }).Save(_folder["Q.gguf"]);
        (Models.Small with { Seed = 10, Layers = 1, Embedding = 512, FeedForward = 2048 }).Save(_folder["A512.gguf"]);
        MergeRecipe recipe = MergeRecipe.Parse(
            method is "model_stock" or "sce" or "karcher" or "multislerp"
                ? $"merge_method: {method}\nbase_model: P\nparameters: {{{parameters}}}\nmodels: [{{model: A512}}, {{model: Q}}]"
            : method is "arcee_fusion" or "nearswap"
                ? $"merge_method: {method}\nbase_model: P\nparameters: {{{parameters}}}\nmodels: [{{model: Q}}]"
            : $"merge_method: {method}\nbase_model: P\nmodels: [{{model: Q, parameters: {{weight: 0.8, {parameters}}}}}]");
        string[] outputs = [.. new[] { 1, 2, 7 }.Select(threads => Run(threads, seed: 5)), Run(threads: 2, seed: 6)];
        Assert.Empty(Contents.DifferentTensors(outputs[0], outputs[1]));
        Assert.Empty(Contents.DifferentTensors(outputs[0], outputs[2]));
        bool random = method.StartsWith('d');
        Assert.Equal(random, Contents.DifferentTensors(outputs[0], outputs[3]).Length > 0);

        string Run(int threads, ulong seed)
        {
            string path = _folder[$"out-{threads}-{seed}.gguf"];
            ModelMerger.Merge(recipe, path, new MergeOptions { ModelFolder = _folder.Root, Threads = threads, Seed = seed });
            return path;
        }
    }

    [Fact]
    public void Random_masks_keep_the_density_and_differ_between_tensors()
    {
        (Models.Small with { Seed = 8, Layers = 1, Embedding = 256, FeedForward = 256 }).Save(_folder["P.gguf"]);
        (Models.Small with { Seed = 9, Layers = 1, Embedding = 256, FeedForward = 256 }).Save(_folder["Q.gguf"]);
        string output = _folder["out.gguf"];
        ModelMerger.Merge(
            MergeRecipe.Parse("merge_method: dare_linear\nbase_model: P\nmodels: [{model: Q, parameters: {weight: 1, density: 0.3}}]"),
            output,
            new MergeOptions { ModelFolder = _folder.Root });
        bool[] q = Kept("blk.0.attn_q.weight");
        bool[] k = Kept("blk.0.attn_k.weight");

        // 65536 coins of 0.3: five standard deviations are 0.009; two independent masks agree in 0.58 of the places.
        Assert.InRange(q.Count(kept => kept) / 65536.0, 0.291, 0.309);
        Assert.InRange(q.Zip(k, (x, y) => x == y).Count(same => same) / 65536.0, 0.57, 0.59);

        bool[] Kept(string tensor) =>
            [.. Contents.Floats(output, tensor).Zip(Contents.Floats(_folder["P.gguf"], tensor), (x, origin) => x != origin)];
    }
}
