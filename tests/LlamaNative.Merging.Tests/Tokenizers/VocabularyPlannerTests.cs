using System.Text.Json;
using LlamaNative.Gguf;

namespace LlamaNative.Merging.Tests;

/// <summary>Combined vocabularies: unions, borrowed and added rows, padding, templates.</summary>
public sealed class VocabularyPlannerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Unions_and_their_embeddings_equal_mergekits()
    {
        string failures = "";
        foreach (JsonElement @case in VectorFile.Root.GetProperty("vocab_union").EnumerateArray())
        {
            JsonElement[] vocabularies = [.. @case.GetProperty("vocabs").EnumerateArray()];
            JsonElement[] embeddings = [.. @case.GetProperty("embeddings").EnumerateArray()];
            for (int i = 0; i < vocabularies.Length; i++)
            {
                string[] tokens = [.. vocabularies[i].EnumerateObject().OrderBy(token => token.Value.GetInt32())
                    .Select(token => token.Name)];
                long[] shape = VectorFile.Shape(embeddings[i]);
                (Models.Small with
                {
                    Embedding = (int)shape[1],
                    FeedForward = 2,
                    Layers = 1,
                    Vocabulary = TinyVocabulary.Of(tokens),
                    Given = new Dictionary<string, float[]> { ["token_embd.weight"] = VectorFile.Floats(embeddings[i]) },
                }).Save(_folder[$"{i}.gguf"]);
            }

            int? baseIndex = @case.GetProperty("base_index") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;
            JsonElement[] expected = [.. @case.GetProperty("expected").EnumerateArray()];
            for (int i = 0; i < vocabularies.Length; i++)
            {
                // Weight 1 for one model and 0 for the others gives that model's permuted matrix.
                string models = string.Join(", ",
                    Enumerable.Range(0, vocabularies.Length).Select(j => $"{{model: {j}, parameters: {{weight: {(i == j ? 1 : 0)}}}}}"));
                Merge(
                    $"merge_method: linear\ntokenizer_source: union\n{(baseIndex is { } b ? $"base_model: {b}\n" : "")}models: [{models}]");
                failures += VectorFile.Differences($"{@case.GetProperty("output_vocab").GetRawText()} model {i}",
                    Contents.Floats(_folder["out.gguf"], "token_embd.weight"), VectorFile.Floats(expected[i]));
            }

            using GgufFile file = GgufFile.Open(_folder["out.gguf"]);
            Assert.Equal(@case.GetProperty("output_vocab").EnumerateArray().Select(token => token.GetString()),
                file.Metadata["tokenizer.ggml.tokens"].GetStrings());
        }

        Assert.True(failures.Length == 0, failures);
    }

    [Fact]
    public void Appended_tokens_have_score_0_and_their_own_type_and_the_matrices_follow()
    {
        Write("A", ["<s>", "a", "b"], [3, 1, 1]);
        Write("B", ["<s>", "b", "<x>"], [3, 1, 3]);
        Merge(
            "merge_method: linear\nbase_model: A\ntokenizer: {source: union, pad_to_multiple_of: 8, tokens: {new: {source: {kind: "
            + "zero}}}}\nmodels: [{model: A, parameters: {weight: 1}}, {model: B, parameters: {weight: 1}}]");
        using GgufFile file = GgufFile.Open(_folder["out.gguf"]);
        Assert.Equal(["<s>", "a", "b", "<x>", "new", "[PAD5]", "[PAD6]", "[PAD7]"], file.Metadata["tokenizer.ggml.tokens"].GetStrings());
        Assert.Equal([0f, -1f, -2f, 0f, 0f, 0f, 0f, 0f], file.Metadata["tokenizer.ggml.scores"].GetArray<float>());
        Assert.Equal([3, 1, 1, 3, 4, 5, 5, 5], file.Metadata["tokenizer.ggml.token_type"].GetArray<int>());
        Assert.Equal(8u, file.Metadata["llama.vocab_size"].GetUInt32());

        float[] a = Rows("A.gguf");
        float[] b = Rows("B.gguf");
        float[] merged = Rows("out.gguf");
        Assert.Equal(Mean(a[8..16], a[8..16]), merged[8..16]); // "a" is only in the base
        Assert.Equal(Mean(a[16..24], b[8..16]), merged[16..24]); // "b" has another id in B
        Assert.Equal(b[16..24], merged[24..32]); // "<x>" is only in B
        Assert.All(merged[32..40], value => Assert.Equal(0, value));

        // Padding is the mean of the five rows before it, in every model.
        for (int column = 0; column < 8; column++)
        {
            double mean = Enumerable.Range(0, 5).Average(row => (double)merged[(row * 8) + column]);
            Assert.Equal(mean, merged[40 + column], 1e-6);
            Assert.Equal(merged[40 + column], merged[56 + column]);
        }
    }

    /// <summary>mergekit's first notation for a model, which was read as a file named <c>model:B</c>.</summary>
    [Theory]
    [InlineData("tokenizer_source: model:B")]
    [InlineData("tokenizer_source: 'model: B'")]
    [InlineData("tokenizer: {source: 'model:B'}")]
    [InlineData("tokenizer_source: B")]
    public void The_tokenizer_of_a_model_is_named_with_or_without_the_prefix(string tokenizer)
    {
        Write("A", ["<s>", "a", "b"], [3, 1, 1]);
        Write("B", ["<s>", "b", "<x>", "c"], [3, 1, 3, 1]);
        Merge($"merge_method: linear\nparameters: {{weight: 1}}\n{tokenizer}\nmodels: [{{model: A}}, {{model: B}}]");
        using GgufFile file = GgufFile.Open(_folder["out.gguf"]);
        Assert.Equal(["<s>", "b", "<x>", "c"], file.Metadata["tokenizer.ggml.tokens"].GetStrings());
    }

    [Fact]
    public void Rows_come_from_where_the_recipe_says()
    {
        Write("A", ["<s>", "a", "b"], [3, 1, 1]);
        Write("B", ["<s>", "b", "<x>"], [3, 1, 3]);
        Merge("""
            merge_method: linear
            base_model: A
            tokenizer:
              source: base
              tokens:
                <x>: {source: {kind: model_token, model: A, token: b}}
                a: {source: {kind: model_token, model: B, token_id: 2}, force: true}
                b: {source: B}
            models: [{model: A, parameters: {weight: 1}}, {model: B, parameters: {weight: 0}}]
            """);
        float[] a = Rows("A.gguf");
        float[] b = Rows("B.gguf");
        float[] merged = Rows("out.gguf");
        Assert.Equal(4 * 8, merged.Length);
        Assert.Equal(b[16..24], merged[8..16]); // forced, though A has it
        Assert.Equal(a[16..24], merged[16..24]); // not forced: A's own stays
        Assert.Equal(a[16..24], merged[24..32]); // "<x>" as A's "b"
    }

    [Fact]
    public void Another_models_tokenizer_can_be_taken()
    {
        Write("A", ["<s>", "a", "b"], [3, 1, 1]);
        Write("B", ["b", "<s>"], [1, 3]);
        Merge("merge_method: slerp\nbase_model: A\ntokenizer_source: B\nparameters: {t: 0}\nmodels: [{model: A}, {model: B}]");
        float[] a = Rows("A.gguf");
        using GgufFile file = GgufFile.Open(_folder["out.gguf"]);
        Assert.Equal(["b", "<s>"], file.Metadata["tokenizer.ggml.tokens"].GetStrings());
        Assert.Equal([.. a[16..24], .. a[0..8]], Rows("out.gguf"));
        Assert.Equal(2, file.Tensors["output.weight"].Shape[1]);
    }

    [Theory]
    [InlineData("auto", "two {{ x }}")]
    [InlineData("chatml", "<|im_start|>")]
    [InlineData("'mine {{ messages }}'", "mine {{ messages }}")]
    public void Chat_templates_are_chosen(string wanted, string expected)
    {
        string[] templates = ["one {{ x }}", "two {{ x }}", "two {{ x }}"];
        for (int i = 0; i < templates.Length; i++)
        {
            (Models.Small with { Seed = i, ChatTemplate = templates[i] }).Save(_folder[$"{i}.gguf"]);
        }

        Merge(
            $"merge_method: linear\nparameters: {{weight: 1}}\nchat_template: {wanted}\nmodels: [{{model: 0}}, {{model: 1}}, "
            + $"{{model: 2}}]");
        using GgufFile file = GgufFile.Open(_folder["out.gguf"]);
        Assert.Contains(expected, file.Metadata["tokenizer.chat_template"].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Different_tokens_under_the_same_number_are_warned_about()
    {
        Write("A", ["<s>", "a", "b"], [3, 1, 1]);
        Write("B", ["<s>", "b", "a"], [3, 1, 1]);
        using MergePlan plan = ModelMerger.Plan(
            MergeRecipe.Parse("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: A}, {model: B}]"), new MergeOptions
            {
                ModelFolder = _folder.Root,
            });
        Assert.Contains(plan.Warnings, warning => warning.Contains("2 of 3 tokens differ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_recipe_is_recorded_in_the_metadata()
    {
        Write("A", ["<s>", "a"], [3, 1]);
        const string Recipe = "merge_method: passthrough # as it is\nmodels: [{model: A}]";
        ModelMerger.Merge(MergeRecipe.Parse(Recipe), _folder["out.gguf"], new MergeOptions
        {
            ModelFolder = _folder.Root,
            Seed = 42,
            Name = "mine",
            OutputType = "f32",
        });
        using GgufFile file = GgufFile.Open(_folder["out.gguf"]);
        Assert.Equal(Recipe, file.Metadata["llamanative.merge.recipe"].GetString());
        Assert.Equal(42ul, file.Metadata["llamanative.merge.seed"].Get<ulong>());
        Assert.Equal(["A"], file.Metadata["llamanative.merge.models"].GetStrings());
        Assert.Equal("mine", file.Metadata["general.name"].GetString());
        Assert.Equal("tiny", file.Metadata["general.base_model.0.name"].GetString());
        Assert.Equal(0u, file.Metadata["general.file_type"].GetUInt32());
    }

    private static float[] Mean(float[] x, float[] y) => [.. x.Zip(y, (p, q) => (float)((p * 0.5) + (q * 0.5)))];

    private float[] Rows(string file) => Contents.Floats(_folder[file], "token_embd.weight");

    private void Write(string name, string[] tokens, int[] types) =>
        (Models.Small with { Seed = name[0] - 'A', Layers = 1, Vocabulary = TinyVocabulary.Of(tokens, types) })
            .Save(_folder[name + ".gguf"]);

    private void Merge(string yaml) => ModelMerger.Merge(MergeRecipe.Parse(yaml), _folder["out.gguf"],
        new MergeOptions { ModelFolder = _folder.Root });
}
