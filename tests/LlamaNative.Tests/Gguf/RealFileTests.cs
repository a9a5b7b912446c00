using System.Numerics.Tensors;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

/// <summary>Files of llama.cpp against its own listing: figures printed by a C program over gguf.h of v0.4.0.</summary>
public class RealFileTests
{
    private const string Stories = "models/stories260K.gguf";

    [RequiresFact(Need.Shared)]
    public void Header_is_what_gguf_h_lists()
    {
        using GgufFile file = GgufFile.Open(Repository.SharedPathOf(Stories));
        Assert.Equal(3, file.Version);
        Assert.Equal(32, file.Alignment);
        Assert.Equal(20, file.Metadata.Count);
        Assert.Equal(48, file.Tensors.Count);
        Assert.Equal(14176, file.FirstPart.DataOffset);
        Assert.Equal(1185376, file.ByteCount);
    }

    [RequiresFact(Need.Shared)]
    public void Metadata_has_the_listed_order_types_and_values()
    {
        using GgufFile file = GgufFile.Open(Repository.SharedPathOf(Stories));
        Assert.Equal(
            ["general.architecture", "general.name", "general.license", "llama.context_length", "llama.embedding_length"],
            file.Metadata.Keys.Take(5));
        Assert.Equal("tokenizer.ggml.unknown_token_id", file.Metadata.Keys.Last());
        Assert.Equal("stories260K", file.Metadata["general.name"].GetString());
        Assert.Equal(172u, file.Metadata["llama.feed_forward_length"].GetUInt32());
        Assert.Equal(9.99999975e-06f, file.Metadata["llama.attention.layer_norm_rms_epsilon"].GetSingle());

        GgufValue tokens = file.Metadata["tokenizer.ggml.tokens"];
        Assert.Equal((GgufValueType.Array, GgufValueType.String, 512), (tokens.Type, tokens.ElementType, tokens.Count));
        Assert.Equal("<0x02>", tokens.GetStrings()[5]);
        Assert.Equal(-41f, file.Metadata["tokenizer.ggml.scores"].GetArray<float>()[300]);
        Assert.Equal(512, file.Metadata["tokenizer.ggml.token_type"].GetArray<int>().Length);
    }

    [RequiresFact(Need.Shared)]
    public void Tensors_have_the_listed_shapes_and_offsets()
    {
        using GgufFile file = GgufFile.Open(Repository.SharedPathOf(Stories));
        Assert.Equal("token_embd.weight", file.Tensors[0].Name);
        Assert.Equal("blk.4.ffn_up.weight", file.Tensors[47].Name);

        GgufTensorInfo down = file.Tensors["blk.2.ffn_down.weight"];
        Assert.Equal(GgmlType.F32, down.Type);
        Assert.Equal(new TensorShape(172, 64), down.Shape);
        Assert.Equal(14176 + 719616, down.Offset);
        Assert.Equal(44032, down.ByteCount);
        Assert.Equal(14176 + 1127168 + 44032, file.Tensors[47].Offset + file.Tensors[47].ByteCount);
    }

    [RequiresTheory(Need.Shared)]
    [InlineData("gpt-2", 16, 50257, "<|endoftext|>", 50000, "Ġg azed")]
    [InlineData("llama-bpe", 20, 128256, "<|reserved_special_token_250|>", 280147, "éĶ ¦")]
    [InlineData("llama-spm", 22, 32000, "给", 0, "")]
    public void Vocabularies_decode_to_the_last_token_and_merge(string name, int keys, int tokens, string lastToken,
        int merges, string lastMerge)
    {
        using GgufFile file = GgufFile.Open(Repository.SharedPathOf($"vocabs/ggml-vocab-{name}.gguf"));
        Assert.Equal(keys, file.Metadata.Count);
        Assert.Empty(file.Tensors);
        Assert.Equal(tokens, file.Metadata["tokenizer.ggml.tokens"].Count);
        Assert.Equal(lastToken, file.Metadata["tokenizer.ggml.tokens"].GetStrings()[^1]);
        Assert.Equal(merges != 0, file.Metadata.TryGetValue("tokenizer.ggml.merges", out GgufValue? found));
        Assert.Equal(merges, found?.Count ?? 0);
        Assert.Equal(lastMerge, found?.GetStrings()[^1] ?? "");
    }

    [RequiresFact(Need.Shared)]
    public void Tensor_data_reads_in_place_as_bytes_rows_and_numbers()
    {
        string path = Repository.SharedPathOf(Stories);
        byte[] all = File.ReadAllBytes(path);
        using GgufFile file = GgufFile.Open(path);
        using GgufTensorView view = file.Tensors["blk.0.ffn_gate.weight"].Open();

        Assert.True(view.Bytes.SequenceEqual(all.AsSpan(14176 + 312064, 44032)));
        Assert.True(view.Rows(171, 1).SequenceEqual(all.AsSpan(14176 + 312064 + (171 * 256), 256)));

        ReadOnlyTensorSpan<float> rows = view.AsTensorSpan<float>();
        ReadOnlyTensorSpan<float> columns = view.AsTensorSpan<float>(view.Layout.Transpose());
        float expected = BitConverter.ToSingle(all, 14176 + 312064 + (100 * 256) + (7 * 4));
        Assert.Equal([172, 64], rows.Lengths.ToArray());
        Assert.Equal(expected, rows[100, 7]);
        Assert.Equal(expected, columns[7, 100]);
    }
}
