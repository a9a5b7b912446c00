using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

/// <summary>
/// llama.cpp loads these files and ends the process when a context is created, because its graph uses a tensor that its loader calls
/// optional.
/// </summary>
public sealed class LayerTensorCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Needed
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (ArchitectureRow row in ArchitectureTable.Rows.Where(row => row.Name != "arwkv7"))
            {
                foreach (string line in row.Tensors.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                {
                    data.Add(row.Name, line.Split(' ')[0].Replace("*", "1", StringComparison.Ordinal));
                }
            }

            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Needed))]
    public void A_file_without_a_tensor_that_the_graph_needs_is_refused_by_name(string architecture, string tensor)
    {
        ModelFile file = ArchitectureModel.Create(ArchitectureTable.Rows.Single(row => row.Name == architecture));
        Assert.True(file.Tensors.Remove(tensor));
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => LlamaModel.Load(file.Save(_folder["model.gguf"])));
        Assert.Contains($"'{tensor}' is missing", error.Message, StringComparison.Ordinal);
    }

    /// <summary>phi3 has its three matrices in one or apart, and qwen3next its inputs in two forms.</summary>
    [Fact]
    public void Another_form_of_the_same_tensors_is_accepted()
    {
        ModelFile file = ArchitectureModel.Create(ArchitectureTable.Rows.Single(row => row.Name == "phi3"));
        foreach (int layer in (int[])[0, 1])
        {
            _ = file.Tensors.Remove($"blk.{layer}.attn_qkv.weight");
            foreach (string part in (string[])["q", "k", "v"])
            {
                file.AddRandom($"blk.{layer}.attn_{part}.weight", new(64, 64), GgmlType.F32);
            }
        }

        using var model = LlamaModel.Load(file.Save(_folder["model.gguf"]));
        using var context = new LlamaContext(model);
    }

    /// <summary>The weights for six mixed inputs cannot be added to the five of a layer without a gate.</summary>
    [Fact]
    public void A_gate_of_RWKV_that_its_mixing_weights_count_on_is_needed()
    {
        ModelFile file = ArchitectureModel.Create(ArchitectureTable.Rows.Single(row => row.Name == "arwkv7"));
        Assert.True(file.Tensors.Remove("blk.1.time_mix_g2.weight"));
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => LlamaModel.Load(file.Save(_folder["model.gguf"])));
        Assert.Contains("blk.1.time_mix_lerp_fused.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("without a gate", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Each of these failed an assertion while the graph was built, or wrote beyond a buffer, in the architecture sweep.</summary>
    [Theory]
    [InlineData("rwkv6", "token_shift_count", 1u)]
    [InlineData("rwkv7", "token_shift_count", 1u)]
    [InlineData("rwkv6qwen2", "token_shift_count", 2u)]
    [InlineData("arwkv7", "token_shift_count", 2u)]
    [InlineData("rwkv7", "wkv.head_size", 32u)]
    [InlineData("rwkv6", "wkv.head_size", 0u)]
    [InlineData("rwkv6", "wkv.head_size", 48u)]
    [InlineData("deepseek32", "attention.indexer.key_length", 32u)]
    [InlineData("deepseek4", "attention.indexer.key_length", 96u)]
    [InlineData("plm", "rope.dimension_count", 32u)]
    public void Sizes_that_a_graph_asserts_are_refused_by_name(string architecture, string key, uint value)
    {
        ModelFile file = ArchitectureModel.Create(ArchitectureTable.Rows.Single(row => row.Name == architecture));
        file.Metadata[$"{architecture}.{key}"] = GgufValue.Of(value);
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => LlamaModel.Load(file.Save(_folder["model.gguf"])));
        Assert.Contains($"{architecture}.{key}", error.Message, StringComparison.Ordinal);
    }
}
