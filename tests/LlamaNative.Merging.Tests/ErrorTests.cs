using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Tests;

/// <summary>Every mistake causes one error that gives its location, and no output file remains.</summary>
public sealed class ErrorTests : IDisposable
{
    private const string Slerp = "merge_method: slerp\nbase_model: A\nparameters: {t: 0.5}\nmodels: [{model: A}, {model: B}]";
    private const string Linear = "merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: A}, {model: B}]";
    private const string Ties = "merge_method: ties\nbase_model: A\nparameters: {weight: 1}\nmodels: [{model: B}]";

    private readonly TemporaryFolder _folder = new();
    private readonly TinyModelOptions _model = Models.Small;

    public ErrorTests() => _model.Save(_folder["A.gguf"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", null, "empty")]
    [InlineData("merge_method: slurp\nmodels: [{model: A}]", 1, "nearswap, not 'slurp'")]
    [InlineData("models: [{model: A}]", 1, "merge_method")]
    [InlineData("merge_method: linear", 1, "either 'models' or 'slices'")]
    [InlineData("merge_method: linear\nmodels: []", 2, "empty")]
    [InlineData("merge_method: linear\nmodels: [{model: A}]\nslices: [{sources: [{model: A, layer_range: [0, 1]}]}]", 3, "either")]
    [InlineData("merge_method: linear\nmodules: {}", 2, "modules")]
    [InlineData("merge_method: linear\nmodels:\n- model: A\n  parameters: {wieght: 1}", 4, "unknown parameter 'wieght'")]
    [InlineData("merge_method: linear\nmodels:\n- model: A\n  parameters: {weight: [1, x]}", 4, "must be a number, not 'x'")]
    [InlineData("merge_method: linear\nmodels:\n- model: A\n  parameters: {weight: [[1, 2], [3]]}", 4, "must be a non-empty string")]
    [InlineData("merge_method: linear\nmodels:\n- model: A\n  parameters: {weight: []}", 4, "empty list")]
    [InlineData("merge_method: linear\nmodels:\n- model: A\n  parameters: {weight: [{filter: mlp}]}", 4, "no 'value'")]
    [InlineData("merge_method: linear\nmodels:\n- model: A\n  parameters: {weight: .inf}", 4, "'weight' must be a number, not '.inf'")]
    [InlineData("merge_method: linear\nmodels:\n- model: A\n  parameters: 3", 4, "must be a mapping")]
    [InlineData("merge_method: linear\nmodels: A", 2, "must be a list")]
    [InlineData("merge_method: linear\nmodels: [{model: {model: A, lora: B}}]", 2, "LoRA")]
    [InlineData("merge_method: linear\ndtype: int8\nmodels: [{model: A}]", 2, "dtype must be float32, float16 or bfloat16, not 'int8'")]
    [InlineData("merge_method: passthrough\nslices:\n- sources:\n  - {model: A, layer_range: [3, 1]}", 4,
        "[3, 1] must not be negative or descend")]
    [InlineData("merge_method: passthrough\nslices:\n- sources:\n  - {model: A, layer_range: [0]}", 4, "layer_range")]
    [InlineData("merge_method: passthrough\nslices:\n- sources:\n  - {model: A, layer_range: [0, 99]}", 4, "out of range; it has 2 layers")]
    [InlineData("merge_method: passthrough\nslices:\n- sources:\n  - {model: A}", 4, "layer_range")]
    [InlineData("merge_method: linear\nparameters: {weight: 1}\nslices:\n- sources:\n  - {model: A, layer_range: [0, 2]}\n  - {model: A, "
        + "layer_range: [0, 1]}", 6, "same number of layers")]
    [InlineData("merge_method: passthrough\nslices:\n- sources:\n  - {model: A, layer_range: [0, 2]}\n  - {model: A, layer_range: [0, 2]}",
        3, "exactly one")]
    [InlineData("merge_method: slerp\nparameters: {t: 0.5}\nmodels: [{model: A}, {model: A}]", null, "base_model")]
    [InlineData("merge_method: slerp\nbase_model: A\nparameters: {t: 0.5}\nmodels: [{model: A}, {model: A}, {model: A}]", 4, "exactly two")]
    [InlineData("merge_method: slerp\nbase_model: A\nmodels: [{model: A}, {model: A}]", null, "slerp needs the parameter 't'")]
    [InlineData("merge_method: nuslerp\nparameters: {weight: 1}\nmodels: [{model: A}]", 3, "exactly two")]
    [InlineData(
        "merge_method: linear\nmodels:\n- {model: A}\n- {model: A, parameters: {weight: 1}}", 3, "linear needs the parameter 'weight'")]
    [InlineData("merge_method: linear\nmodels: [{model: A, parameters: {weight: 1}}, {model: A, parameters: {weight: -1}}]",
        null, "sum to 0")]
    [InlineData("merge_method: ties\nparameters: {weight: 1}\nmodels: [{model: A}]", null, "base_model")]
    [InlineData(
        "merge_method: ties\nbase_model: A\nparameters: {weight: 1}\nmodels: [{model: A}]", 4, "at least one model besides the base")]
    [InlineData("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: nowhere}]", 3, "model 'nowhere' not found")]
    [InlineData("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: A+lora}]", 3, "LoRA")]
    [InlineData("merge_method: linear\ntokenizer_source: base\ntokenizer: {source: base}\nmodels: [{model: A}]", 3, "not both")]
    [InlineData("merge_method: linear\ntokenizer: {tokens: {x: {source: {kind: best}}}}\nmodels: [{model: A}]", 2, "not 'best'")]
    [InlineData("merge_method: linear\ntokenizer: {tokens: {x: {source: {kind: model_token, model: A}}}}\nmodels: [{model: A}]",
        2, "either 'token' or 'token_id'")]
    [InlineData("merge_method: linear\nparameters: {weight: 1}\ntokenizer: {tokens: {x: {source: {kind: model_token, model: A, token_id: "
        + "6}}}}\nmodels: [{model: A}]", 3, "token id 6 is out of range")]
    [InlineData("merge_method: linear\nparameters: {weight: 1}\nchat_template: chatgpt\nmodels: [{model: A}]",
        null, "chat_template 'chatgpt'")]
    [InlineData("merge_method: passthrough\nslices:\n- sources:\n  - {model: A, layer_range: [1, 1]}", 4, "out of range")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: A, layer_range: [1, 1]}]}, {sources: [{model: A, layer_range: "
        + "[2, 2]}]}]", null, "would have 0 layers")]
    [InlineData("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: A}]\ntokenizer_source: 'model:'", 4,
        "no model after 'model:'")]
    [InlineData("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: A}]\ntokenizer_source: model:B", 4,
        "model 'B' not found")]
    [InlineData("merge_method: model_stock\nbase_model: A\nmodels: [{model: A}]", 3, "at least two models besides the base, not 0")]
    [InlineData("merge_method: model_stock\nmodels: [{model: A}]", null, "model_stock needs a base_model")]
    [InlineData("merge_method: sce\nbase_model: A\nmodels: [{model: A}]", 3, "at least one model besides the base")]
    [InlineData("merge_method: sce\nbase_model: A\nparameters: {weight: 1, tpk: 1}\nmodels: [{model: A}]", 3,
        "unknown parameter 'tpk'; sce has select_topk, int8_mask")]
    [InlineData("merge_method: multislerp\nbase_model: A\nmodels: [{model: A}]", 3, "at least one model besides the base")]
    [InlineData("merge_method: arcee_fusion\nbase_model: A\nmodels: [{model: A}]", 3, "exactly one model besides the base, not 0")]
    [InlineData("merge_method: nearswap\nbase_model: A\nmodels: [{model: A}]", 3, "exactly one model besides the base, not 0")]
    [InlineData("merge_method: karcher\nparameters:\n  tol: 0\nmodels: [{model: A}]", 3, "tol must be between 0 and 1, not 0")]
    [InlineData("merge_method: karcher\nparameters:\n  max_iter: 2.5\nmodels: [{model: A}]", 3, "max_iter must be an integer")]
    [InlineData("merge_method: karcher\nparameters: {max_iter: many}\nmodels: [{model: A}]", 2, "'max_iter' must be a number")]
    [InlineData("merge_method: multislerp\nmodels:\n- {model: A}", 3, "multislerp needs the parameter 'weight'")]
    [InlineData("merge_method: multislerp\nparameters: {weight: 1, eps: -1}\nmodels: [{model: A}]", 2, "eps must be between 0 and 1")]
    [InlineData("layer_slices: [{model: A, start: 1, end: 1}]", 1, "layer range 1 to 1 is empty")]
    [InlineData("layer_slices: [{model: A, start: 0}]", 1, "no 'end'")]
    [InlineData("model_path1: A\nmodel_path2: A\noperations: [{gradient_values: []}]", 3, "empty")]
    [InlineData("model_path1: A\noperations: [{gradient_values: [1]}]", 1, "model_path2")]
    [InlineData("merge_method: [linear\nmodels: x", 1, "invalid YAML")]
    [InlineData("a: 1\n---\nb: 2", 2, "a single YAML document")]
    [InlineData("a: *nothing", 1, "alias")]
    [InlineData("a: &a [*a]", 1, "itself")]
    [InlineData("- a list", 1, "must be a mapping")]
    public void Recipes_that_say_something_impossible_name_the_line(string yaml, int? line, string message)
    {
        string file = _folder["recipe.yaml"];
        File.WriteAllText(file, yaml);
        var error = Assert.Throws<MergeException>(() => ModelMerger.Merge(MergeRecipe.Load(file), _folder["out.gguf"]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(line, error.Line);
        Assert.Equal(["A.gguf", "recipe.yaml"], _folder.Entries);
    }

    /// <summary>A message that was put into another one said the line twice.</summary>
    [Theory]
    [InlineData("merge_method: linear\nmodels:\n- {model: A}\n- {model: A, parameters: {weight: 1}}")]
    [InlineData("merge_method: karcher\nparameters: {tol: 7}\nmodels: [{model: A}]")]
    [InlineData("merge_method: breadcrumbs\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1, density: 0.9, gamma: 2}}]")]
    public void A_place_is_said_once(string yaml)
    {
        (_model with { Seed = 2 }).Save(_folder["B.gguf"]);
        string file = _folder["recipe.yaml"];
        File.WriteAllText(file, yaml);
        string message = Assert.Throws<MergeException>(() => ModelMerger.Plan(MergeRecipe.Load(file))).Message;
        Assert.Equal(2, message.Split("of the recipe)").Length);
        Assert.Equal(2, message.Split(file + ":").Length);
        Assert.Equal(2, message.Split("'token_embd.weight': ").Length);
    }

    [Theory]
    [InlineData("nearswap", "t: 0", "t must be greater than 0, not 0")]
    [InlineData("nearswap", "", "needs the parameter 't'")]
    [InlineData("sce", "select_topk: 1.5", "select_topk must be from 0 to 1, not 1.5")]
    [InlineData("sce", "select_topk: some", "'select_topk' must be a number, not 'some'")]
    public void Parameters_of_the_newer_methods_name_line_and_tensor(string method, string parameter, string message)
    {
        (_model with { Seed = 2 }).Save(_folder["B.gguf"]);
        var error = Assert.Throws<MergeException>(
            () => Plan($"merge_method: {method}\nbase_model: A\nmodels: [{{model: B}}]\nparameters: {{{parameter}}}"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal("token_embd.weight", error.Tensor);
        Assert.Equal(parameter.Length == 0 ? null : 4, error.Line);
    }

    [Fact]
    public void Yaml_bombs_are_refused_at_once()
    {
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++)
        {
            laughs.Append('a').Append(i).Append(": &a").Append(i).Append(" [").AppendJoin(", ",
                Enumerable.Repeat($"*a{i - 1}", 10)).Append("]\n");
        }

        foreach (string bomb in new[] { laughs.ToString(), new string('[', 100_000), "a: " + new string('{', 50_000),
            "a: [" + string.Join(',', Enumerable.Repeat("x", 200_000)) + "]", new string('x', 2 << 20),
            string.Concat(Enumerable.Repeat("- ", 50_000)) })
        {
            Assert.Throws<MergeException>(() => MergeRecipe.Parse(bomb));
        }
    }

    [Fact]
    public void Damaged_recipes_are_read_or_refused_and_nothing_else()
    {
        const string Whole =
            "merge_method: slerp\nbase_model: A\nslices:\n- sources:\n  - {model: A, layer_range: [0, 2]}\n  - {model: \"B\", layer_range: "
            + "[0, 2]}\n"
            + "parameters: &p\n  t:\n  - {filter: self_attn, value: [0, 0.4, 1]}\n  - value: 0.5\ntokenizer: {source: union, tokens: {x: "
            + "{source: {kind: zero}}}}\nchat_template: |\n  {{ x }}\n";
        const string Noise = "[]{}:,-#&*!|>'\"%@`?~ \n\t\\0aé\u2028\0";
        var random = new Random(77);
        for (int i = 0; i < 5000; i++)
        {
            var text = new StringBuilder(Whole);
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                int at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0: text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at)); break;
                    case 1: text.Insert(at, Noise[random.Next(Noise.Length)]); break;
                    default: text[at] = Noise[random.Next(Noise.Length)]; break;
                }
            }

            try
            {
                MergeRecipe.Parse(text.ToString());
            }
            catch (MergeException)
            {
            }
        }
    }

    [Theory]
    [InlineData("merge_method: ties\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1, density: 0.01}}]", "rounds down to zero")]
    [InlineData("merge_method: ties\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1, density: -1}}]", "negative")]
    [InlineData(
        "merge_method: della\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1, density: 0.9}}]", "must be between 0 and 1")]
    [InlineData("merge_method: breadcrumbs\nbase_model: A\nmodels: [{model: B, parameters: {weight: 1, density: 0.9, gamma: 2}}]",
        "gamma 2")]
    [InlineData("merge_method: dare_ties\nbase_model: A\nparameters: {rescale: twice}\nmodels: [{model: B, parameters: {weight: 1, "
        + "density: 0.5}}]", "not 'twice'")]
    [InlineData("merge_method: ties\nbase_model: A\nparameters: {consensus: 3}\nmodels: [{model: B, parameters: {weight: 1}}]",
        "sum or count")]
    public void Parameters_out_of_range_name_the_tensor_before_anything_is_read(string yaml, string message)
    {
        (_model with { Seed = 2 }).Save(_folder["B.gguf"]);
        var error = Assert.Throws<MergeException>(() => Plan(yaml));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(".weight'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Slerp)]
    [InlineData(Linear)]
    [InlineData(Ties)]
    public void Models_that_do_not_fit_name_the_file(string yaml)
    {
        AssertRefused(yaml, _model with { Architecture = "qwen2" }, "architecture", tensor: null);
        AssertRefused(yaml, _model with { Embedding = 16 }, "embedding_length", tensor: null);
        AssertRefused(yaml, _model with { FeedForward = 24 }, "feed_forward_length", tensor: null);
        AssertRefused(yaml, _model with { Heads = 4 }, "head_count", tensor: null);
        AssertRefused(yaml, _model with { Metadata = new Dictionary<string, GgufValue> { ["llama.rope.freq_base"] = GgufValue.Of(1e6f) } },
            "freq_base", tensor: null);
        AssertRefused(yaml, _model with { Vocabulary = TinyVocabulary.Of(_model.Vocabulary.Tokens, model: "gpt2") },
            "tokenizer type is", tensor: null);
        AssertRefused(yaml,
            _model with
            {
                Metadata = new Dictionary<string, GgufValue> { ["llama.feed_forward_length"] = GgufValue.Of(16u) },
                FeedForward = 24
            }, "shape", "blk.0.ffn_gate.weight");
        AssertRefused(yaml, _model with { Metadata = new Dictionary<string, GgufValue> { ["llama.block_count"] = GgufValue.Of(0u) } },
            "layers", tensor: null);
    }

    [Theory]
    [InlineData(Linear)]
    [InlineData(Ties)]
    public void Tensors_that_one_model_lacks_are_named(string yaml) =>
        AssertRefused(yaml, _model with { Without = ["blk.1.attn_v.weight"] }, "lacks this tensor", "blk.1.attn_v.weight");

    [Fact]
    public void Slerp_copies_a_tensor_that_one_model_lacks()
    {
        (_model with { Seed = 2, Without = ["blk.1.attn_v.weight"] }).Save(_folder["B.gguf"]);
        ModelMerger.Merge(MergeRecipe.Parse(Slerp), _folder["out.gguf"], Options);
        Assert.Equal(Contents.Floats(_folder["A.gguf"], "blk.1.attn_v.weight"),
            Contents.Floats(_folder["out.gguf"], "blk.1.attn_v.weight"));
    }

    [Fact]
    public void Skipping_is_possible_when_asked_for()
    {
        (_model with { Seed = 2 }).Save(_folder["B.gguf"]);
        (_model with { Seed = 3, Without = ["blk.1.attn_v.weight"] }).Save(_folder["C.gguf"]);
        const string Recipe = "merge_method: task_arithmetic\nbase_model: A\nparameters: {weight: 1}\nmodels: [{model: B}, {model: C}]";
        Assert.Throws<MergeException>(() => Plan(Recipe));
        ModelMerger.Merge(MergeRecipe.Parse(Recipe), _folder["out.gguf"], Options with { AllowSkip = true });
        Assert.Equal(Contents.Floats(_folder["B.gguf"], "blk.1.attn_v.weight"),
            Contents.Floats(_folder["out.gguf"], "blk.1.attn_v.weight"));
    }

    [Fact]
    public void A_smaller_vocabulary_than_the_bases_is_refused_and_a_larger_one_cut()
    {
        TinyModelOptions small = _model with { Seed = 2, Vocabulary = TinyVocabulary.Of(["<unk>", "<s>", "</s>", "a"]) };
        AssertRefused(Ties, small, "4 tokens, fewer than the 6", "token_embd.weight");
        (_model with { Seed = 2, Vocabulary = TinyVocabulary.Of([.. _model.Vocabulary.Tokens, "d"]) }).Save(_folder["B.gguf"]);
        using (MergePlan plan = Plan(Ties))
        {
            Assert.Equal(new TensorShape(8, 6), plan.Tensors[0].Shape);
        }

        small.Save(_folder["B.gguf"]);
        using (MergePlan plan = Plan(Linear))
        {
            Assert.Equal(new TensorShape(8, 4), plan.Tensors[0].Shape);
            Assert.Equal(4, plan.Metadata["tokenizer.ggml.tokens"].Count);
            Assert.Equal(4, plan.Metadata["tokenizer.ggml.scores"].Count);
            Assert.Equal(4u, plan.Metadata["llama.vocab_size"].GetUInt32());
            Assert.Contains(plan.Warnings, warning => warning.Contains("dropped", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Numbers_that_are_not_finite_name_file_tensor_and_place(float value)
    {
        var numbers = new float[64];
        numbers[19] = value;
        TinyModelOptions broken = _model with { Seed = 2, Given = new Dictionary<string, float[]> { ["blk.1.attn_k.weight"] = numbers } };
        foreach (string yaml in new[] { Slerp, Linear, Ties, "merge_method: passthrough\nmodels: [{model: B}]" })
        {
            broken.Save(_folder["B.gguf"]);
            var error = Assert.Throws<MergeException>(() => ModelMerger.Merge(MergeRecipe.Parse(yaml), _folder["out.gguf"], Options));
            Assert.Equal((_folder["B.gguf"], "blk.1.attn_k.weight"), (error.File, error.Tensor));
            Assert.Contains("row 2, element 3", error.Message, StringComparison.Ordinal);
            Assert.Equal(["A.gguf", "B.gguf"], _folder.Entries);
        }
    }

    [Fact]
    public void A_result_beyond_the_type_names_the_tensor()
    {
        var numbers = new float[64];
        numbers[10] = 70000;
        (_model with { Seed = 2, Given = new Dictionary<string, float[]> { ["blk.1.attn_k.weight"] = numbers } }).Save(_folder["B.gguf"]);
        var error = Assert.Throws<MergeException>(
            () => ModelMerger.Merge(MergeRecipe.Parse("merge_method: passthrough\ndtype: float16\nmodels: [{model: B}]"),
                _folder["out.gguf"], Options));
        Assert.Equal("blk.1.attn_k.weight", error.Tensor);
        Assert.Contains("f16 cannot represent", error.Message, StringComparison.Ordinal);
        Assert.Equal(["A.gguf", "B.gguf"], _folder.Entries);
    }

    [Fact]
    public void Files_that_are_no_models_are_named()
    {
        File.WriteAllText(_folder["B.gguf"], "GGUF and then nonsense");
        var error = Assert.Throws<MergeException>(() => Plan(Linear));
        Assert.Equal(_folder["B.gguf"], error.File);
        byte[] whole = File.ReadAllBytes(_folder["A.gguf"]);
        File.WriteAllBytes(_folder["B.gguf"], whole[..^100]);
        Assert.Equal(_folder["B.gguf"], Assert.Throws<MergeException>(() => Plan(Linear)).File);
    }

    [Fact]
    public void Cancelling_leaves_the_old_file_and_nothing_else()
    {
        (_model with { Seed = 2 }).Save(_folder["B.gguf"]);
        File.WriteAllText(_folder["out.gguf"], "what was there");
        using var cancel = new CancellationTokenSource();
        var progress = new Reports(report =>
        {
            if (report.TensorIndex == 4)
            {
                cancel.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(
            () => ModelMerger.Merge(MergeRecipe.Parse(Slerp), _folder["out.gguf"], Options, progress, cancel.Token));
        Assert.Equal("what was there", File.ReadAllText(_folder["out.gguf"]));
        Assert.Equal(["A.gguf", "B.gguf", "out.gguf"], _folder.Entries);
    }

    [Fact]
    public void A_model_is_never_its_own_output()
    {
        (_model with { Seed = 2 }).Save(_folder["B.gguf"]);
        byte[] before = File.ReadAllBytes(_folder["A.gguf"]);
        Assert.Throws<ArgumentException>(() => ModelMerger.Merge(MergeRecipe.Parse(Slerp), _folder["A.gguf"], Options));
        Assert.Equal(before, File.ReadAllBytes(_folder["A.gguf"]));
        Assert.Throws<MergeException>(
            () => ModelMerger.Merge(MergeRecipe.Parse(Slerp), Path.Combine(_folder["none"], "out.gguf"), Options));
    }

    [Fact]
    public async Task Merging_on_a_pool_thread_writes_the_same()
    {
        (_model with { Seed = 2 }).Save(_folder["B.gguf"]);
        MergeRecipe recipe = MergeRecipe.Parse(Slerp);
        ModelMerger.Merge(recipe, _folder["here.gguf"], Options);
        using MergePlan plan = await ModelMerger.PlanAsync(recipe, Options);
        var reports = new List<MergeProgress>();
        await ModelMerger.MergeAsync(plan, _folder["there.gguf"], new Reports(reports.Add));
        Assert.Equal(File.ReadAllBytes(_folder["here.gguf"]), File.ReadAllBytes(_folder["there.gguf"]));
        Assert.Equal(1, reports[^1].Fraction);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ModelMerger.MergeAsync(plan, _folder["none.gguf"], cancellationToken: new CancellationToken(canceled: true)));
        Assert.False(File.Exists(_folder["none.gguf"]));
    }

    [Fact]
    public void Progress_ends_at_everything()
    {
        (_model with { Seed = 2 }).Save(_folder["B.gguf"]);
        var reports = new List<MergeProgress>();
        ModelMerger.Merge(MergeRecipe.Parse(Slerp), _folder["out.gguf"], Options, new Reports(reports.Add));
        Assert.Equal(1, reports[^1].Fraction);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.Equal(21, reports[^1].TensorCount);
        Assert.Contains(reports, report => report is { Layer: 1, Tensor: "blk.1.ffn_up.weight" });
        Assert.True(reports.Zip(reports.Skip(1)).All(pair => pair.First.WrittenBytes <= pair.Second.WrittenBytes));
    }

    [Theory]
    [InlineData("out --weight 1")]
    [InlineData("out --merge A --method karcher")]
    [InlineData("out --merge A --frobnicate")]
    [InlineData("out --merge A --weight heavy")]
    [InlineData("out --merge A --merge B --merge C --weight 1 --weight 2 --method linear")]
    [InlineData("out --merge A --layer-gradient [0,1]")]
    [InlineData("out --merge A --merge B --method slerp")]
    [InlineData("out --merge")]
    [InlineData("out stray")]
    public void First_command_lines_that_contradict_themselves_are_refused(string line) =>
        Assert.Throws<MergeException>(() => MergeRecipe.FromCommandLine(line.Split(' ')));

    private MergeOptions Options => new() { ModelFolder = _folder.Root };

    private MergePlan Plan(string yaml) => ModelMerger.Plan(MergeRecipe.Parse(yaml), Options);

    private void AssertRefused(string yaml, TinyModelOptions other, string message, string? tensor)
    {
        (other with { Seed = 2 }).Save(_folder["B.gguf"]);
        var error = Assert.Throws<MergeException>(() => ModelMerger.Merge(MergeRecipe.Parse(yaml), _folder["out.gguf"], Options));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(_folder["B.gguf"], error.File);
        Assert.Equal(tensor, error.Tensor);
        Assert.Equal(["A.gguf", "B.gguf"], _folder.Entries);
    }

    /// <summary>Reports on the calling thread, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class Reports(Action<MergeProgress> report) : IProgress<MergeProgress>
    {
        public void Report(MergeProgress value) => report(value);
    }
}
