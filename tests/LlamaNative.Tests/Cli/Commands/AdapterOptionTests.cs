using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Cli;

/// <summary>
/// The options for adapters and template variables change the answer as they should: compared with weights that the adapter was added
/// to by hand, and with prompts that were rendered by hand.
/// </summary>
public sealed class AdapterOptionTests : IDisposable
{
    private const string Weight = "blk.1.attn_output.weight";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_LoRA_changes_the_answer_as_weights_with_its_product_do()
    {
        ModelFile model = ModelFile.Llama();
        string basePath = _folder.Save(model);
        ModelFile lora = TinyLora.Create(model, seed: 5, rank: 4, alpha: 8, Weight);
        string adapter = _folder.Save(lora);
        lora.MergeInto(model, scale: 1.5f);
        string merged = _folder.Save(model);

        string expected = await RunAsync(merged);
        Assert.NotEqual(await RunAsync(basePath), expected); // otherwise the comparison would show nothing
        Assert.Equal(expected, await RunAsync(basePath, "--lora", adapter + ":1.5"));
        Assert.Equal(expected, await RunAsync(basePath, "--lora", adapter, "--lora", adapter + ":0.5"));
        Assert.Equal(await ChatAsync(merged), await ChatAsync(basePath, "--lora", adapter + ":1.5"));
        Assert.Equal(await SampleAsync(merged), await SampleAsync(basePath, "--lora", $"{adapter};{adapter}:0.5"));
    }

    [Fact]
    public async Task Control_vectors_add_up()
    {
        string model = _folder.Save(ModelFile.Llama());
        string vector = _folder.Save(Directions(ModelFile.Embedding));
        string without = await RunAsync(model);
        Assert.NotEqual(without, await RunAsync(model, "--control-vector", vector));
        Assert.NotEqual(await SampleAsync(model), await SampleAsync(model, "--control-vector", vector));
        Assert.Equal(without, await RunAsync(model, "--control-vector", vector + ":2", "--control-vector", vector + ":-2"));

        // Its only direction is that of layer 1.
        Assert.Equal(without, await RunAsync(model, "--control-vector", vector, "--control-vector-layer-range", "2", "2"));
    }

    [Fact]
    public async Task A_file_without_directions_is_not_a_control_vector()
    {
        string model = _folder.Save(ModelFile.Llama());
        string empty = _folder["empty.gguf"];
        await File.WriteAllBytesAsync(empty, new GgufBuilder().Build());
        ToolResult result = await Tool.RunAsync("run", "-m", model, "-p", "x", "--control-vector", empty);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("it is not a control vector: it has no tensors direction.N", result.Error, StringComparison.Ordinal);

        // The constructor of ControlVector rejects this one, so that the message is part of another.
        ModelFile directions = Directions(ModelFile.Embedding);
        directions.Tensors["direction.1"].Values[0] = float.PositiveInfinity;
        ToolResult infinite = await Tool.RunAsync("run", "-m", model, "-p", "x", "--control-vector", _folder.Save(directions));
        Assert.Equal(1, infinite.ExitCode);
        Assert.Contains("finite values", infinite.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", infinite.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_importance_matrix_has_no_negative_values()
    {
        string model = _folder.Save(ModelFile.Llama());
        var matrix = new ModelFile();
        matrix.Metadata["general.type"] = GgufValue.Of("imatrix");
        float[] sums = new float[ModelFile.Embedding];
        sums[3] = -1;
        matrix.Tensors[Weight + ".in_sum2"] = new ModelTensor(new TensorShape(sums.Length), sums);
        matrix.Tensors[Weight + ".counts"] = new ModelTensor(new TensorShape(1), [2]);
        ToolResult result = await Tool.RunAsync("quantize", model, _folder["q.gguf"], "Q4_0", "--imatrix", _folder.Save(matrix));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("negative or not finite", result.Error, StringComparison.Ordinal);
        Assert.Contains(Weight, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_measures_with_adapters()
    {
        ModelFile model = ModelFile.Llama();
        string adapter = _folder.Save(TinyLora.Create(model, seed: 5, rank: 4, alpha: 8, Weight));
        string path = _folder.Save(model);
        string vector = _folder.Save(Directions(ModelFile.Embedding));
        string[] bench = ["bench", "-m", path, "-p", "8", "-n", "2", "-r", "1", "-o", "json"];
        ToolResult result = await Tool.RunAsync([.. bench, "--lora", adapter + ":0.5", "--control-vector", vector]);
        Assert.Equal(2, result.Json().GetArrayLength());
        ToolResult wrong = await Tool.RunAsync([.. bench, "--lora", vector]);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("--lora: ", wrong.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--lora", "missing.gguf", "does not exist")]
    [InlineData("--control-vector", "missing.gguf:2", "missing.gguf'")]
    [InlineData("--control-vector", "narrow.gguf", "hidden state has length 32")]
    public async Task A_wrong_file_is_reported_with_its_option(string option, string file, string expected)
    {
        string model = _folder.Save(ModelFile.Llama());
        Directions(ModelFile.Embedding / 2).Save(_folder["narrow.gguf"]);
        foreach (string[] command in new string[][] { ["run", "-p", "x"], ["chat"], ["bench", "-p", "1", "-n", "0"] })
        {
            ToolResult result = await Tool.RunAsync([.. command, "-m", model, option, _folder[file]]);
            Assert.Equal(1, result.ExitCode);
            Assert.StartsWith($"error: {option}: ", result.Error, StringComparison.Ordinal);
            Assert.Contains(expected, result.Error, StringComparison.Ordinal);
            Assert.Single(result.Error.TrimEnd().Split('\n'));
        }
    }

    [Theory]
    [InlineData("0", "2")]
    [InlineData("2", "1")]
    [InlineData("1", "9")]
    public async Task A_range_beyond_the_layers_is_refused(string first, string last)
    {
        string model = _folder.Save(ModelFile.Llama());
        string vector = _folder.Save(Directions(ModelFile.Embedding));
        ToolResult result = await Tool.RunAsync("run", "-m", model, "-p", "x", "--control-vector", vector,
            "--control-vector-layer-range", first, last);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"layers from 1 to 2 of this model, not {first} to {last}", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"enable_thinking": true}""", "the cat the dog")]
    [InlineData("""{"enable_thinking": false}""", "the cat sat")]
    public async Task Template_variables_reach_the_template(string variables, string rendered)
    {
        ModelFile file = ModelFile.Llama();
        file.Metadata["tokenizer.chat_template"] = GgufValue.Of(
            "{{ messages[0].content }}{% if enable_thinking %} the dog{% elif enable_thinking is defined %} sat{% endif %}");
        string model = _folder.Save(file);
        string expected = await RunTextAsync(["run", "-m", model, "-p", rendered, "-n", "8", "--temp", "0", "-t", "1"]);
        string[] options = ["-n", "8", "--temp", "0", "-t", "1", "--chat-template-kwargs", variables];
        Assert.Equal(expected, await RunTextAsync(["run", "-m", model, "-p", "the cat", .. options]));
        Assert.Equal(expected, (await RunTextAsync(["chat", "-m", model, .. options], "the cat\n"))[..^1]);
        Assert.Equal(expected, await SampleAsync(model, "--chat-template-kwargs", variables));
    }

    private static ModelFile Directions(int width)
    {
        var file = new ModelFile();
        file.Metadata["general.architecture"] = GgufValue.Of("controlvector");
        file.Tensors["direction.1"] = new ModelTensor(new TensorShape(width),
            [.. Enumerable.Range(0, width).Select(i => i % 3 == 0 ? 4f : -2f)]);
        return file;
    }

    private static Task<string> RunAsync(string model, params string[] options) =>
        RunTextAsync(["run", "-m", model, "-p", "the cat", "-n", "8", "--temp", "0", "-t", "1", .. options]);

    private static Task<string> ChatAsync(string model, params string[] options) =>
        RunTextAsync(["chat", "-m", model, "-n", "8", "--temp", "0", "-t", "1", .. options], "the cat\n");

    /// <summary>The answer of the sample ConsoleChat, without the line break that ends it.</summary>
    private static async Task<string> SampleAsync(string model, params string[] options)
    {
        ToolResult result = await Tool.RunChatSampleAsync("the cat\n",
            ["--model", model, "--max-tokens", "8", "--temp", "0", "--threads", "1", .. options]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Text[..^1];
    }

    private static async Task<string> RunTextAsync(string[] arguments, string input = "")
    {
        ToolResult result = await Tool.RunAsync(Encoding.UTF8.GetBytes(input), arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.NotEmpty(result.Text.Trim());
        return result.Text;
    }
}
