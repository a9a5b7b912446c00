using System.Text;
using LlamaNative.Gguf;

namespace LlamaNative.Merging.Tests;

/// <summary><c>llamanative merge</c>, run as a separate process.</summary>
public sealed class ToolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _recipe;

    public ToolTests()
    {
        (Models.Small with { Seed = 1 }).Save(_folder["A.gguf"]);
        (Models.Small with { Seed = 2 }).Save(_folder["B.gguf"]);
        _recipe = _folder["recipe.yaml"];
        File.WriteAllText(_recipe,
            "merge_method: linear\nmodels: [{model: A, parameters: {weight: 1}}, {model: Second, parameters: {weight: 1}}]\ndtype: "
            + "float16\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_merges_and_says_how_far_it_is()
    {
        ToolResult result = await Tool.RunAsync("merge", _recipe, "-m", $"Second={_folder["B.gguf"]}", "-o",
            _folder["out.gguf"], "--name", "both");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("100 %", result.Error, StringComparison.Ordinal);
        using GgufFile file = GgufFile.Open(_folder["out.gguf"]);
        Assert.Equal("both", file.Metadata["general.name"].GetString());
        Assert.Equal(1u, file.Metadata["general.file_type"].GetUInt32());
    }

    [Fact]
    public async Task It_prints_a_plan_and_changes_nothing()
    {
        string[] before = [.. _folder.Entries];
        ToolResult result = await Tool.RunAsync("merge", _recipe, "-m", $"Second={_folder["B.gguf"]}", "--plan");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("blk.1.attn_q.weight f16 [8, 8] = linear of A:blk.1.attn_q.weight f32 (weight 1) and Second:",
            result.Text, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Entries);
    }

    [Fact]
    public async Task Errors_are_one_line_with_file_and_place()
    {
        ToolResult result = await Tool.RunAsync("merge", _recipe, "-o", _folder["out.gguf"]);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"error: {_recipe}: model 'Second' not found", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("(line 2 of the recipe)", result.Error.TrimEnd(), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out.gguf"]));

        Assert.Equal(1, (await Tool.RunAsync("merge", _recipe, "-m", "Second", "-o", "x")).ExitCode);
        Assert.Equal(1, (await Tool.RunAsync("merge", _recipe, "-m", $"Second={_folder["B.gguf"]}")).ExitCode);
        Assert.Equal(2, (await Tool.RunAsync("merge")).ExitCode);
    }

    [Fact]
    public async Task The_first_command_line_works_as_it_was_written()
    {
        string output = _folder["merged"];
        ToolResult result = await Tool.RunAsync(["merge", "main.py", output, "--merge", _folder["A.gguf"],
            "--merge", _folder["B.gguf"], "--method", "slerp", "--layer-gradient", "[0,", "0.5,", "1]"]);
        Assert.True(result.ExitCode == 0, result.Error);
        using GgufFile file = GgufFile.Open(output + ".gguf");
        Assert.Equal(32u, file.Metadata["general.file_type"].GetUInt32());
    }

    [Fact]
    public async Task It_checks_the_result_beside_its_parents()
    {
        File.WriteAllText(_recipe, "merge_method: passthrough\nmodels: [{model: S}]\n");
        ToolResult result = await Tool.RunAsync("merge", _recipe, "-m", $"S={TrainedModel.Save(_folder)}", "-o",
            _folder["out.gguf"], "--check-file", _folder.Write("text.txt", Encoding.UTF8.GetBytes(TrainedModel.Text)), "-t", "1");
        System.Text.Json.JsonElement[] models = [.. result.Json().EnumerateArray()];
        Assert.Equal(2, models.Length);
        Assert.Equal(models[1].GetProperty("perplexity").GetDouble(), models[0].GetProperty("perplexity").GetDouble());
        Assert.Equal(models[1].GetProperty("generated").GetString(), models[0].GetProperty("generated").GetString());
        Assert.NotEqual("", models[0].GetProperty("generated").GetString());
    }
}
