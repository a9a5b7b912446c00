using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

/// <summary>
/// Values that end the process inside llama.cpp v0.4.0 (each seen to do so, or read in its sources) are refused with the
/// key; files that it loads pass.
/// </summary>
public sealed class ModelFileCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> GoldenNames => ["tiny-chat", .. GoldenModels.Random.Keys];

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void Files_that_llama_cpp_has_loaded_pass(string name)
    {
        using var golden = new GoldenModel(name);
        Validate(golden.Path);
    }

    [Theory]
    [InlineData("llama.block_count", 0u)] // GGML_ASSERT(hparams.n_layer_all > 0 …)
    [InlineData("llama.block_count", 513u)]
    [InlineData("llama.nextn_predict_layers", 6u)]
    [InlineData("llama.expert_count", 1025u)]
    [InlineData("llama.expert_used_count", 2u)] // more than the 0 experts there are
    [InlineData("llama.expert_group_count", 2u)]
    [InlineData("llama.attention.layer_norm_rms_epsilon", -1e-5f)] // GGML_ASSERT(eps >= 0.0f) in ops.cpp
    [InlineData("llama.attention.layer_norm_rms_epsilon", float.NaN)]
    [InlineData("llama.rope.scaling.type", "su")]
    [InlineData("llama.rope.dimension_count", 4u)]
    [InlineData("llama.attention.value_length", 16u)]
    [InlineData("llama.attention.head_count_kv", 3u)]
    [InlineData("llama.embedding_length_out", 65u)] // copied out of a tensor of 64
    [InlineData("llama.pooling_type", 5u)]
    [InlineData("llama.expert_gating_func", 5u)]
    [InlineData("tokenizer.ggml.add_bos_token", "true")]
    public void Hyperparameters_that_assert_are_refused(string key, object value) =>
        Refuse(key, edit => edit.Metadata[key] = value switch
        {
            uint number => GgufValue.Of(number),
            float number => GgufValue.Of(number),
            _ => GgufValue.Of((string)value),
        });

    [Fact]
    public void Vocabularies_that_assert_are_refused()
    {
        const string Key = "tokenizer.ggml.tokens";
        Refuse(Key, edit => edit.Metadata[Key] = GgufValue.OfStrings([]));
        Refuse(Key, edit => Change(edit, tokens => tokens[310] = tokens[300])); // id_to_token.size() == token_to_id.size()
        Refuse(Key, edit => Change(edit, tokens => tokens[310] = tokens[300] + "\0x")); // the same as a C string
        Refuse(Key, edit => Change(edit, tokens => (tokens[310], tokens[311]) = ("", "[EMPTY_310]")));
        Refuse(Key, edit => Change(edit, tokens => tokens[310] = new string('a', 4097)));
        Refuse(Key, edit => Change(edit, tokens => tokens[13] = "no byte")); // <0x0A>, needed by any text with a line break
        Refuse(Key, edit =>
        {
            edit.Metadata["tokenizer.ggml.model"] = GgufValue.Of("rwkv");
            Change(edit, tokens => tokens[310] = "\\x01start");
        });
        Refuse("tokenizer.ggml.token_type", edit => edit.Metadata["tokenizer.ggml.model"] = GgufValue.Of("bert"));
        Refuse("tokenizer.ggml.bos_token_id", edit =>
        {
            edit.Metadata["tokenizer.ggml.model"] = GgufValue.Of("gemma4");
            edit.Metadata["tokenizer.ggml.bos_token_id"] = GgufValue.Of(4096u);
        });
        Refuse("tokenizer.ggml.pre", edit =>
        {
            edit.Metadata["tokenizer.ggml.model"] = GgufValue.Of("gpt2");
            edit.Metadata["tokenizer.ggml.pre"] = GgufValue.Of("whitespace");
        });
    }

    [Fact]
    public void Tensors_that_abort_an_operation_are_refused()
    {
        Refuse("output_norm.weight", edit => edit.SetTensor("output_norm.weight", GgmlType.Q4_0, new TensorShape(64), new byte[36]));
        Refuse("output_norm.weight", edit => edit.SetTensor("output_norm.weight", GgmlType.F16, new TensorShape(64), new byte[128]));
        Refuse("blk.0.attn_q.weight", edit => edit.SetTensor("blk.0.attn_q.weight", GgmlType.I16, new TensorShape(64, 64), new byte[8192]));
        Refuse("rope_freqs.weight", edit => edit.SetTensor("rope_freqs.weight", GgmlType.F16, new TensorShape(4), new byte[8]));
        Refuse("x.weight", edit => edit.SetTensor("x.weight", GgmlType.F32, new TensorShape(64, 0), ReadOnlyMemory<byte>.Empty));
    }

    [Fact]
    public void Data_that_cannot_be_used_where_it_is_mapped_is_refused()
    {
        // ggml-backend.cpp asserts that the first tensor of a mapped file is at a multiple of 32; here its offset is
        // 24 (header) + 45 and 33 (keys) + 33 (tensor) = 135.
        byte[] file = new GgufBuilder { Alignment = 1 }
            .Key("general.architecture", GgufValueType.String, "llama")
            .Key("general.alignment", GgufValueType.UInt32, 1u)
            .Tensor("t", GgmlType.F32, [8], 32)
            .Build();
        using GgufFile opened = GgufFile.Open(file);
        GgufFormatException error = Assert.Throws<GgufFormatException>(() => opened.Validate());
        Assert.Equal("t", error.Key);
        Assert.Contains("135", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Edits_that_llama_cpp_loads_pass()
    {
        using GgufFile file = GgufFile.Open(TinyModelOptions.Uneven.Save(_folder["m.gguf"]));
        var edit = new GgufEditor(file);
        edit.AddTokens([new("<|im_end|>")]);
        edit.Metadata["llama.rope.scaling.type"] = GgufValue.Of("linear");
        edit.Metadata["llama.attention.head_count"] = GgufValue.OfArray<uint>(8, 8, 8, 8, 8);
        edit.SetTensor("blk.0.attn_q.weight", GgmlType.Q8_0, new TensorShape(64, 64), new byte[64 * 68]);
        edit.Save(_folder["e.gguf"]);
        Validate(_folder["e.gguf"]);
    }

    [Fact]
    public void A_character_map_that_leads_out_of_itself_is_refused()
    {
        // One block of 256 empty units whose root points at it, and one replacement: nothing leads anywhere.
        var units = new uint[256];
        Validate(units, "x\0");

        // 'a' leads to a leaf, and the unit there to the replacement at 0.
        units['a'] = 'a' | (1u << 8) | ((uint)('a' ^ 200) << 10);
        units[200] = 1u << 31;
        Validate(units, "x\0");

        units[200] = (1u << 31) | 2;
        Refuse(units, "x\0");
        units[200] = 1u << 31;
        Refuse(units, "unterminated");
        units['a'] |= 1u << 30;
        Refuse(units, "x\0");

        void Refuse(uint[] units, string replacements) =>
            Assert.Equal("tokenizer.ggml.precompiled_charsmap",
                Assert.Throws<GgufFormatException>(() => Validate(units, replacements)).Key);

        static void Validate(uint[] units, string replacements)
        {
            using GgufFile file = GgufFile.Open(Unigram(units, replacements));
            file.Validate();
        }
    }

    private static byte[] Unigram(uint[] units, string replacements) => new GgufBuilder()
        .Key("general.architecture", GgufValueType.String, "t5")
        .Key("tokenizer.ggml.model", GgufValueType.String, "t5")
        .Key("tokenizer.ggml.tokens", GgufValueType.Array, GgufValueType.String, 3L, "<pad>", "</s>", "<unk>")
        .Key("tokenizer.ggml.precompiled_charsmap", GgufValueType.Array, GgufValueType.UInt8, 4L + (units.Length * 4) + replacements.Length,
            (uint)(units.Length * 4), GgufBuilder.Bytes([.. units.Cast<object>()]), System.Text.Encoding.ASCII.GetBytes(replacements))
        .Build();

    private static void Change(GgufEditor edit, Action<string[]> change)
    {
        string[] tokens = edit.Metadata["tokenizer.ggml.tokens"].GetStrings();
        change(tokens);
        edit.Metadata["tokenizer.ggml.tokens"] = GgufValue.OfStrings(tokens);
    }

    private static void Validate(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        file.Validate();
    }

    private void Refuse(string key, Action<GgufEditor> change)
    {
        using GgufFile file = GgufFile.Open(TinyModelOptions.Uneven.Save(_folder["m.gguf"]));
        var edit = new GgufEditor(file);
        change(edit);
        edit.Save(_folder["bad.gguf"]);
        GgufFormatException error = Assert.Throws<GgufFormatException>(() => Validate(_folder["bad.gguf"]));
        Assert.Equal(key, error.Key);
    }
}
