using System.Runtime.InteropServices;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

public sealed class GgufEditorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Metadata_and_tensors_change_and_the_rest_stays()
    {
        using GgufFile file = GgufFile.Open(Small());
        var edit = new GgufEditor(file);
        edit.Metadata["name"] = GgufValue.Of("new");
        edit.Metadata.Remove("old");
        edit.Metadata.Add("added", GgufValue.OfArray(1, 2));
        edit.RenameTensor("a", "first");
        edit.RemoveTensor("b");
        edit.SetTensor("c", GgmlType.I16, new TensorShape(3), new byte[] { 1, 0, 2, 0, 3, 0 });
        edit.SetTensor("d", GgmlType.F32, new TensorShape(2), writer =>
        {
            writer.Write([1, 2, 3]);
            writer.Write([4, 5, 6, 7, 8]);
        });
        edit.Save(_folder["e.gguf"]);

        byte[] expected = new GgufBuilder()
            .Key("name", GgufValueType.String, "new")
            .Key("added", GgufValueType.Array, GgufValueType.Int32, 2L, 1, 2)
            .Tensor("first", GgmlType.F32, [8], 32)
            .Build();
        using GgufFile saved = GgufFile.Open(_folder["e.gguf"]);
        Assert.Equal(["name", "added"], saved.Metadata.Keys);
        Assert.Equal("new", saved.Metadata["name"].GetString());
        Assert.Equal(["first", "c", "d"], saved.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(expected[^32..], Bytes(saved, "first"));
        Assert.Equal([1, 0, 2, 0, 3, 0], Bytes(saved, "c"));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Bytes(saved, "d"));
    }

    [Fact]
    public async Task Saving_on_a_pool_thread_writes_the_same_and_reports_each_tensor()
    {
        using GgufFile file = GgufFile.Open(Small());
        var edit = new GgufEditor(file);
        edit.Save(_folder["here.gguf"]);
        var parts = new List<float>();
        await edit.SaveAsync(_folder["there.gguf"], new Parts(parts.Add));
        Assert.Equal(File.ReadAllBytes(_folder["here.gguf"]), File.ReadAllBytes(_folder["there.gguf"]));
        Assert.Equal(parts.Order(), parts);
        Assert.InRange(parts[0], 0.01f, 0.99f);
        Assert.Equal(1, parts[^1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => edit.SaveAsync(_folder["none.gguf"], cancellationToken: new CancellationToken(canceled: true)));
        Assert.False(File.Exists(_folder["none.gguf"]));
    }

    [Fact]
    public void A_failed_save_leaves_nothing()
    {
        using GgufFile file = GgufFile.Open(Small());
        var edit = new GgufEditor(file);
        edit.SetTensor("a", GgmlType.F32, new TensorShape(8), writer => writer.Write(new byte[33]));
        Assert.Throws<InvalidOperationException>(() => edit.Save(_folder["e.gguf"]));
        edit.SetTensor("a", GgmlType.F32, new TensorShape(8), writer => writer.Write(new byte[31]));
        Assert.Throws<InvalidOperationException>(() => edit.Save(_folder["e.gguf"]));
        edit.SetTensor("a", GgmlType.F32, new TensorShape(8), _ => throw new IOException("source gone"));
        Assert.Throws<IOException>(() => edit.Save(_folder["e.gguf"]));
        Assert.Throws<OperationCanceledException>(
            () => new GgufEditor(file).Save(_folder["e.gguf"], cancellationToken: new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void Edits_that_cannot_be_are_refused()
    {
        using GgufFile file = GgufFile.Open(Small());
        var edit = new GgufEditor(file);
        Assert.Throws<KeyNotFoundException>(() => edit.RenameTensor("x", "y"));
        Assert.Throws<KeyNotFoundException>(() => edit.RemoveTensor("x"));
        Assert.Throws<ArgumentException>(() => edit.RenameTensor("a", "b"));
        Assert.Throws<ArgumentException>(() => edit.SetTensor("a", GgmlType.F32, new TensorShape(8), new byte[31]));
        Assert.Equal(["a", "b", "c"], edit.TensorNames);
    }

    [Fact]
    public void New_tokens_lengthen_vocabulary_and_embeddings()
    {
        byte[] given = MemoryMarshal.AsBytes(Enumerable.Repeat(0.5f, 64).ToArray().AsSpan()).ToArray();
        TinyModelOptions model = TinyModelOptions.Uneven with
        {
            Metadata = new Dictionary<string, GgufValue> { ["llama.vocab_size"] = GgufValue.Of(0u) },
        };
        int count = model.Vocabulary.Count;
        using GgufFile file = GgufFile.Open(model.Save(_folder["m.gguf"]));
        var edit = new GgufEditor(file);
        int first = edit.AddTokens([new("<|im_start|>"), new("<|im_end|>")
        {
            Type = GgufTokenType.UserDefined,
            Score = -3,
            Embedding = given,
        }]);
        edit.Save(_folder["e.gguf"]);

        using GgufFile saved = GgufFile.Open(_folder["e.gguf"]);
        Assert.Equal(count, first);
        Assert.Equal(file.Metadata.Keys, saved.Metadata.Keys);
        Assert.Equal((uint)count + 2, saved.Metadata["llama.vocab_size"].GetUInt32());
        Assert.Equal([.. file.Metadata["tokenizer.ggml.tokens"].GetStrings(), "<|im_start|>", "<|im_end|>"],
            saved.Metadata["tokenizer.ggml.tokens"].GetStrings());
        Assert.Equal([.. file.Metadata["tokenizer.ggml.scores"].GetArray<float>(), 0, -3],
            saved.Metadata["tokenizer.ggml.scores"].GetArray<float>());
        Assert.Equal([.. file.Metadata["tokenizer.ggml.token_type"].GetArray<int>(), 3, 4],
            saved.Metadata["tokenizer.ggml.token_type"].GetArray<int>());

        foreach (string name in new[] { "token_embd.weight", "output.weight" })
        {
            float[] before = Floats(file, name);
            float[] after = Floats(saved, name);
            Assert.Equal(new TensorShape(64, count + 2), saved.Tensors[name].Shape);
            Assert.Equal(before, after[..before.Length]);
            for (int column = 0; column < 64; column++)
            {
                double sum = 0;
                for (int row = 0; row < count; row++)
                {
                    sum += before[(row * 64) + column];
                }

                Assert.Equal(sum / count, after[(count * 64) + column], 1e-6);
            }
        }

        Assert.All(Floats(saved, "token_embd.weight")[((count + 1) * 64)..], value => Assert.Equal(0.5f, value));
        Assert.Equal(Floats(saved, "output.weight")[(count * 64)..((count + 1) * 64)],
            Floats(saved, "output.weight")[((count + 1) * 64)..]);
        Assert.Equal(Bytes(file, "blk.4.ffn_up.weight"), Bytes(saved, "blk.4.ffn_up.weight"));
    }

    [Theory]
    [InlineData(GgmlType.F16)]
    [InlineData(GgmlType.BF16)]
    public void Half_precision_rows_have_a_mean(GgmlType type)
    {
        // Rows (1, -2), (3, 0): the mean (2, -1) is exact in both types.
        var rows = new byte[8];
        FloatEncoding.Encode(type, [1, -2, 3, 0], rows);
        using GgufFile file = GgufFile.Open(Vocabulary(type, [2, 2], 8));
        var edit = new GgufEditor(file);
        edit.SetTensor("token_embd.weight", type, new TensorShape(2, 2), rows);
        edit.Save(_folder["base.gguf"]);
        using GgufFile basis = GgufFile.Open(_folder["base.gguf"]);
        edit = new GgufEditor(basis);
        edit.AddTokens([new("c")], merges: ["a b"]);
        edit.AddTokens([new("d")]);
        edit.Save(_folder["e.gguf"]);
        using GgufFile saved = GgufFile.Open(_folder["e.gguf"]);
        var mean = new float[8];
        FloatEncoding.Decode(type, Bytes(saved, "token_embd.weight"), mean);
        Assert.Equal([1, -2, 3, 0, 2, -1, 2, -1], mean);
        Assert.Equal(["x y", "a b"], saved.Metadata["tokenizer.ggml.merges"].GetStrings());
    }

    [Fact]
    public void Tokens_that_do_not_fit_are_refused_and_nothing_changes()
    {
        using GgufFile file = GgufFile.Open(Vocabulary(GgmlType.Q8_0, [32, 2], 68));
        var edit = new GgufEditor(file);
        Assert.Throws<ArgumentException>(() => edit.AddTokens([new("a")]));
        Assert.Throws<ArgumentException>(() => edit.AddTokens([new("c"), new("c")]));
        Assert.Throws<ArgumentException>(() => edit.AddTokens([new("")]));
        Assert.Throws<ArgumentException>(() => edit.AddTokens([new("c") { Embedding = new byte[33] }]));
        Assert.Contains("quantized", Assert.Throws<TensorLayoutException>(() => edit.AddTokens([new("c")])).Message,
            StringComparison.Ordinal);
        Assert.Equal(2, edit.Metadata["tokenizer.ggml.tokens"].Count);
        Assert.Equal(2, edit.AddTokens([new("c") { Embedding = new byte[34] }]));

        using GgufFile bare = GgufFile.Open(Small());
        Assert.Equal("tokenizer.ggml.tokens", Assert.Throws<GgufFormatException>(() => new GgufEditor(bare).AddTokens([new("c")])).Key);
        using GgufFile odd = GgufFile.Open(Vocabulary(GgmlType.F32, [2, 3], 24));
        Assert.Equal("token_embd.weight", Assert.Throws<GgufFormatException>(() => new GgufEditor(odd).AddTokens([new("c")])).Key);
    }

    private static byte[] Vocabulary(GgmlType type, long[] ne, int bytes) => new GgufBuilder()
        .Key("tokenizer.ggml.tokens", GgufValueType.Array, GgufValueType.String, 2L, "a", "b")
        .Key("tokenizer.ggml.merges", GgufValueType.Array, GgufValueType.String, 1L, "x y")
        .Tensor("token_embd.weight", type, ne, bytes)
        .Build();

    private static byte[] Small() => new GgufBuilder()
        .Key("name", GgufValueType.String, "small")
        .Key("old", GgufValueType.UInt8, (byte)1)
        .Tensor("a", GgmlType.F32, [8], 32)
        .Tensor("b", GgmlType.Q4_0, [32], 18)
        .Tensor("c", GgmlType.I8, [5], 5)
        .Build();

    private static byte[] Bytes(GgufFile file, string tensor)
    {
        using GgufTensorView view = file.Tensors[tensor].Open();
        return view.Bytes.ToArray();
    }

    private static float[] Floats(GgufFile file, string tensor) => MemoryMarshal.Cast<byte, float>(Bytes(file, tensor)).ToArray();

    private sealed class Parts(Action<float> report) : IProgress<float>
    {
        public void Report(float value) => report(value);
    }
}
