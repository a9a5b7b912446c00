using System.Numerics.Tensors;
using System.Text.Json;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

/// <summary>Files, compared with llama.cpp's listing from a program that uses gguf.h (tests/Golden/models.json).</summary>
public sealed class RealFileTests
{
    [Theory]
    [InlineData("tiny-chat")]
    [InlineData("uneven")]
    [InlineData("mamba")]
    public void Header_keys_and_tensors_are_what_gguf_h_lists(string name)
    {
        using var golden = new GoldenModel(name);
        JsonElement listed = golden.Answers.GetProperty("file");
        using GgufFile file = GgufFile.Open(golden.Path);
        long data = listed.GetProperty("data_offset").GetInt64();
        Assert.Equal(listed.GetProperty("version").GetInt32(), file.Version);
        Assert.Equal(listed.GetProperty("alignment").GetInt32(), file.Alignment);
        Assert.Equal(data, file.FirstPart.DataOffset);
        Assert.Equal(listed.GetProperty("keys").EnumerateArray().Select(key => key.GetString()), file.Metadata.Keys);
        JsonElement[] tensors = [.. listed.GetProperty("tensors").EnumerateArray()];
        Assert.Equal(tensors.Length, file.Tensors.Count);
        foreach ((JsonElement expected, GgufTensorInfo tensor) in tensors.Zip(file.Tensors))
        {
            Assert.Equal(expected.GetProperty("name").GetString(), tensor.Name);
            Assert.Equal(expected.GetProperty("type").GetInt32(), (int)tensor.Type);
            Assert.Equal(data + expected.GetProperty("offset").GetInt64(), tensor.Offset);
            Assert.Equal(expected.GetProperty("bytes").GetInt64(), tensor.ByteCount);
        }
    }

    [Fact]
    public void The_chat_models_metadata_have_the_types_and_values_it_was_written_with()
    {
        using GgufFile file = GgufFile.Open(Repository.TinyChat);
        Assert.Equal("Tiny Chat", file.Metadata["general.name"].GetString());
        Assert.Equal(352u, file.Metadata["llama.feed_forward_length"].GetUInt32());
        Assert.Equal(9.99999975e-06f, file.Metadata["llama.attention.layer_norm_rms_epsilon"].GetSingle());
        Assert.Equal(new TensorShape(352, 128), file.Tensors["blk.2.ffn_down.weight"].Shape);

        GgufValue tokens = file.Metadata["tokenizer.ggml.tokens"];
        Assert.Equal((GgufValueType.Array, GgufValueType.String, 1024), (tokens.Type, tokens.ElementType, tokens.Count));
        Assert.Equal(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], tokens.GetStrings()[..3]);
        Assert.Equal(1024, file.Metadata["tokenizer.ggml.token_type"].GetArray<int>().Length);
        Assert.Equal("Ġdo or", file.Metadata["tokenizer.ggml.merges"].GetStrings()[^1]);
    }

    [Fact]
    public void Tensor_data_reads_in_place_as_bytes_rows_and_numbers()
    {
        using var golden = new GoldenModel("uneven");
        JsonElement listed = golden.Answers.GetProperty("file");
        const string Name = "blk.0.ffn_gate.weight";
        JsonElement gate = listed.GetProperty("tensors").EnumerateArray().Single(tensor => tensor.GetProperty("name").GetString() == Name);
        int offset = (int)(listed.GetProperty("data_offset").GetInt64() + gate.GetProperty("offset").GetInt64());
        byte[] all = File.ReadAllBytes(golden.Path);
        using GgufFile file = GgufFile.Open(golden.Path);
        using GgufTensorView view = file.Tensors[Name].Open();

        Assert.True(view.Bytes.SequenceEqual(all.AsSpan(offset, 64 * 172 * 4)));
        Assert.True(view.Rows(171, 1).SequenceEqual(all.AsSpan(offset + (171 * 256), 256)));

        ReadOnlyTensorSpan<float> rows = view.AsTensorSpan<float>();
        ReadOnlyTensorSpan<float> columns = view.AsTensorSpan<float>(view.Layout.Transpose());
        float expected = BitConverter.ToSingle(all, offset + (100 * 256) + (7 * 4));
        Assert.Equal([172, 64], rows.Lengths.ToArray());
        Assert.Equal(expected, rows[100, 7]);
        Assert.Equal(expected, columns[7, 100]);
    }
}
