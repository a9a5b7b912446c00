using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

public sealed class GgufWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresTheory(Need.QuantizerFallback)]
    [InlineData(ModelFileType.F16)]
    [InlineData(ModelFileType.Q8_0)]
    public unsafe void Rewriting_a_file_of_llama_cpp_changes_no_byte(ModelFileType type)
    {
        using var model = new TinyModel(TinyModelOptions.Uneven);
        llama_model_quantize_params parameters = ReleaseProfile.Loaded.DefaultQuantizeParameters();
        parameters.ftype = (int)type;
        Assert.Equal(0u, ReleaseProfile.Loaded.Quantize(model.Path, _folder["theirs.gguf"], &parameters));
        using GgufFile file = GgufFile.Open(_folder["theirs.gguf"]);
        new GgufEditor(file).Save(_folder["copy.gguf"]);
        Assert.Equal(File.ReadAllBytes(_folder["theirs.gguf"]), File.ReadAllBytes(_folder["copy.gguf"]));
    }

    [Theory]
    [InlineData(2, 32, false)]
    [InlineData(3, 32, true)]
    [InlineData(3, 1, false)]
    [InlineData(3, 1024, true)]
    public void What_is_written_is_what_the_format_says(uint version, int alignment, bool padded)
    {
        // The expected bytes are laid out by hand in GgufBuilder.
        var raw = new GgufBuilder { Version = version, Alignment = alignment }
            .Key("general.alignment", GgufValueType.UInt32, (uint)alignment)
            .Key("text", GgufValueType.String, "▁ü")
            .Key("list", GgufValueType.Array, GgufValueType.String, 2L, "a", "")
            .Key("numbers", GgufValueType.Array, GgufValueType.UInt16, 3L, (ushort)1, (ushort)2, (ushort)3)
            .Key("nested", GgufValueType.Array, GgufValueType.Array, 1L, GgufValueType.Bool, 1L, true);
        if (padded)
        {
            raw.Tensor("a", GgmlType.Q4_0, [32, 3, 1], 54).Tensor("none", GgmlType.F32, [0], 0).Tensor("b", GgmlType.I8, [], 1);
        }

        using (GgufWriter writer = GgufWriter.Create(_folder["w.gguf"], new GgufWriterOptions { Version = (int)version }))
        {
            writer.AddMetadata("general.alignment", GgufValue.Of((uint)alignment));
            writer.AddMetadata("text", GgufValue.Of("▁ü"));
            writer.AddMetadata("list", GgufValue.OfStrings(["a", ""]));
            writer.AddMetadata("numbers", GgufValue.OfArray<ushort>(1, 2, 3));
            writer.AddMetadata("nested", GgufValue.OfArrays([GgufValue.OfArray(true)]));
            if (padded)
            {
                writer.AddTensor("a", GgmlType.Q4_0, new TensorShape(32, 3, 1));
                writer.AddTensor("none", GgmlType.F32, new TensorShape(0));
                writer.AddTensor("b", GgmlType.I8, new TensorShape());
                for (int i = 0; i < 54; i += 6)
                {
                    writer.Write([(byte)i, (byte)(i + 1), (byte)(i + 2), (byte)(i + 3), (byte)(i + 4), (byte)(i + 5)]);
                }

                writer.Write([0]);
            }

            writer.Complete();
        }

        Assert.Equal(raw.Build(), File.ReadAllBytes(_folder["w.gguf"]));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void A_file_without_tensors_keeps_its_padding()
    {
        // ggml's C writer pads such a file (gguf.cpp: gguf_write_out), the Python writer does not.
        byte[] bare = new GgufBuilder().Key("a", GgufValueType.Bool, true).Build();
        byte[] padded = [.. bare, .. new byte[64 - bare.Length]];
        foreach (byte[] bytes in new[] { bare, padded })
        {
            using GgufFile file = GgufFile.Open(bytes);
            new GgufEditor(file).Save(_folder["w.gguf"]);
            Assert.Equal(bytes, File.ReadAllBytes(_folder["w.gguf"]));
        }
    }

    [Fact]
    public void What_is_not_completed_leaves_nothing_and_spares_the_target()
    {
        string path = _folder.Write("w.gguf", [1, 2, 3]);
        using (GgufWriter writer = GgufWriter.Create(path))
        {
            writer.AddTensor("t", GgmlType.F32, new TensorShape(2));
            writer.Write([1, 2, 3, 4]);
            Assert.Throws<InvalidOperationException>(() => writer.Complete());
            Assert.Throws<InvalidOperationException>(() => writer.Write([1, 2, 3, 4, 5]));
            Assert.Throws<InvalidOperationException>(() => writer.AddTensor("u", GgmlType.F32, new TensorShape(2)));
            Assert.Throws<InvalidOperationException>(() => writer.AddMetadata("k", GgufValue.Of(1)));
        }

        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void Declarations_that_make_no_file_are_refused()
    {
        using GgufWriter writer = GgufWriter.Create(_folder["w.gguf"]);
        writer.AddMetadata("k", GgufValue.Of(1));
        writer.AddTensor("t", GgmlType.F32, new TensorShape(2));
        Assert.Throws<ArgumentException>(() => writer.AddMetadata("k", GgufValue.Of(2)));
        Assert.Throws<ArgumentException>(() => writer.AddMetadata("", GgufValue.Of(2)));
        Assert.Throws<ArgumentException>(() => writer.AddMetadata("a\0", GgufValue.Of(2)));
        Assert.Throws<ArgumentException>(() => writer.AddMetadata("general.alignment", GgufValue.Of(33u)));
        Assert.Throws<ArgumentException>(() => writer.AddMetadata("general.alignment", GgufValue.Of(32)));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", GgmlType.F32, new TensorShape(2)));
        Assert.Throws<ArgumentException>(() => writer.AddTensor(new string('t', 64), GgmlType.F32, new TensorShape(2)));
        Assert.Throws<TensorLayoutException>(() => writer.AddTensor("q", GgmlType.Q4_K, new TensorShape(2)));
        Assert.Throws<ArgumentException>(() => GgufValue.Of(1.5m));
        Assert.Throws<ArgumentException>(() => GgufValue.OfArrays([GgufValue.Of(1)]));
        Assert.Throws<ArgumentException>(() => GgufWriter.Create(_folder["x.gguf"], new GgufWriterOptions { Version = 1 }));
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.Write([]));
    }
}
