using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>Weights from a file, in place and copied.</summary>
public sealed class GgufWeightsTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly float[] _numbers = Bench.Numbers(64 * 3, 1);

    public GgufWeightsTests()
    {
        byte[] blocks = new byte[GgmlTypeInfo.Of(GgmlType.Q8_0).RowSize(_numbers.Length)];
        Quantizer.Quantize(GgmlType.Q8_0, _numbers, 64, blocks);
        using GgufWriter writer = GgufWriter.Create(_path);
        writer.AddTensor("floats", GgmlType.F32, new TensorShape(64, 3));
        writer.AddTensor("blocks", GgmlType.Q8_0, new TensorShape(64, 3));
        writer.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(_numbers));
        writer.Write(blocks);
        writer.Complete();
    }

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Mapped_and_loaded_weights_compute_alike_and_outlive_the_file()
    {
        using var bench = new Bench();
        using var mapped = new TensorArena(8);
        using var loaded = new TensorArena(8);
        IReadOnlyDictionary<string, GgmlTensor> inPlace;
        IReadOnlyDictionary<string, GgmlTensor> copies;
        using (GgufFile file = GgufFile.Open(_path))
        {
            inPlace = mapped.Map(file.Tensors);
            copies = loaded.Load(file.Tensors, bench.Backend);
        }

        GgmlTensor x = bench.F32(Bench.Numbers(64, 2), 64);
        foreach (string name in (string[])["floats", "blocks"])
        {
            Assert.Equal(name, inPlace[name].Name);
            Assert.True(inPlace[name].IsReadOnly);
            float[] here = bench.Compute(bench.Arena.MulMat(inPlace[name], x));
            Assert.Equal(here, bench.Compute(bench.Arena.MulMat(copies[name], x)));
            float[] weights = Bench.Numbers(64, 2);
            Bench.AssertNear([.. _numbers.Chunk(64).Select(row => row.Zip(weights, (a, b) => a * b).Sum())], here, 0.05);
        }
    }

    // The pages are mapped for reading: a write would end the process.
    [Fact]
    public void Mapped_weights_cannot_be_written_by_any_way()
    {
        using var backend = Backend.CreateCpu();
        using var arena = new TensorArena(32);
        using GgufFile file = GgufFile.Open(_path);
        GgmlTensor weight = arena.Map(file.Tensors["floats"]);
        GgmlTensor other = arena.NewTensor(GgmlType.F32, 64, 3);
        Assert.Throws<InvalidOperationException>(() => weight.Write<float>(_numbers));
        Assert.Throws<InvalidOperationException>(() => arena.Slice(weight, 1, 0, 1).WriteBytes(new byte[4]));
        Assert.Throws<TensorLayoutException>(() => arena.Cpy(other, weight));
        Assert.Throws<TensorLayoutException>(() => arena.Cpy(other, arena.Permute(weight, 0, 1, 2, 3)));
        Assert.Throws<TensorLayoutException>(() => arena.AddInplace(weight, other));
        Assert.Throws<TensorLayoutException>(() => arena.SetParam(weight));
        Assert.Throws<TensorLayoutException>(() => arena.SetRows(weight, other, arena.NewTensor(GgmlType.I32, 3)));
        Assert.Equal(_numbers, weight.ToArray<float>());
    }

    [Fact]
    public void A_file_that_is_not_aligned_for_ggml_is_an_error_and_can_be_loaded()
    {
        string path = _path + ".8";
        try
        {
            using (GgufWriter writer = GgufWriter.Create(path))
            {
                writer.AddMetadata("general.alignment", GgufValue.Of(8u));
                writer.AddTensor("a", GgmlType.F32, new TensorShape(2));
                writer.AddTensor("b", GgmlType.F32, new TensorShape(2));
                writer.Write(new byte[8]);
                writer.Write(new byte[8]);
                writer.Complete();
            }

            using var backend = Backend.CreateCpu();
            using var arena = new TensorArena(8);
            using GgufFile file = GgufFile.Open(path);
            Assert.Contains(file.Tensors, tensor => Record.Exception(() => arena.Map(tensor)) is TensorLayoutException);
            Assert.Equal(2, arena.Load(file.Tensors, backend).Count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Rows_of_a_file_read_as_floats()
    {
        using GgufFile file = GgufFile.Open(_path);
        float[] row = new float[64];
        Quantizer.DequantizeRows(file.Tensors["blocks"], 1, 1, row);
        Bench.AssertNear(_numbers[64..128], row, 0.01);
        Quantizer.DequantizeRows(file.Tensors["floats"], 2, 1, row);
        Assert.Equal(_numbers[128..], row);
        Assert.Throws<TensorLayoutException>(() => Quantizer.DequantizeRows(file.Tensors["blocks"], 1, 2, row));
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantizer.DequantizeRows(file.Tensors["blocks"], 3, 1, row));
    }
}
