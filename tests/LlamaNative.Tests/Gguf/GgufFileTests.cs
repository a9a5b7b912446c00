using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Tensors;
using static LlamaNative.TestSupport.GgufBuilder;

namespace LlamaNative.Tests.Gguf;

/// <summary>Well-formed files of every kind open and contain what the test wrote.</summary>
public class GgufFileTests
{
    [Fact]
    public void Every_value_type_reads_back()
    {
        byte[] bytes = new GgufBuilder()
            .Key("u8", GgufValueType.UInt8, (byte)200)
            .Key("i8", GgufValueType.Int8, (sbyte)-100)
            .Key("u16", GgufValueType.UInt16, (ushort)60000)
            .Key("i16", GgufValueType.Int16, (short)-30000)
            .Key("u32", GgufValueType.UInt32, 4000000000u)
            .Key("i32", GgufValueType.Int32, -2000000000)
            .Key("f32", GgufValueType.Float32, 1.5f)
            .Key("bool", GgufValueType.Bool, true)
            .Key("str", GgufValueType.String, "Grüße ▁\0 end")
            .Key("u64", GgufValueType.UInt64, ulong.MaxValue)
            .Key("i64", GgufValueType.Int64, long.MinValue)
            .Key("f64", GgufValueType.Float64, -0.1)
            .Key("empty", GgufValueType.String, "")
            .Build();
        using GgufFile file = GgufFile.Open(bytes);

        Assert.Equal(200, file.Metadata["u8"].Get<byte>());
        Assert.Equal(-100, file.Metadata["i8"].Get<sbyte>());
        Assert.Equal(60000, file.Metadata["u16"].Get<ushort>());
        Assert.Equal(-30000, file.Metadata["i16"].Get<short>());
        Assert.Equal(4000000000u, file.Metadata["u32"].GetUInt32());
        Assert.Equal(-2000000000, file.Metadata["i32"].GetInt32());
        Assert.Equal(1.5f, file.Metadata["f32"].GetSingle());
        Assert.True(file.Metadata["bool"].GetBoolean());
        Assert.Equal("Grüße ▁\0 end", file.Metadata["str"].GetString());
        Assert.Equal(ulong.MaxValue, file.Metadata["u64"].Get<ulong>());
        Assert.Equal(long.MinValue, file.Metadata["i64"].Get<long>());
        Assert.Equal(-0.1, file.Metadata["f64"].Get<double>());
        Assert.Equal("", file.Metadata["empty"].GetString());

        Assert.Equal(
            [200, -100, 60000, -30000, 4000000000, -2000000000, long.MinValue],
            new[] { "u8", "i8", "u16", "i16", "u32", "i32", "i64" }.Select(key => file.Metadata[key].GetInteger()));
        Assert.Throws<GgufFormatException>(() => file.Metadata["u64"].GetInteger());
        Assert.Equal("u8, i8, u16, i16, u32, i32, f32, bool, str, u64, i64, f64, empty", string.Join(", ", file.Metadata.Keys));
        Assert.Equal("200 -100 60000 true 1.5",
            string.Join(' ', new[] { "u8", "i8", "u16", "bool", "f32" }.Select(key => file.Metadata[key])));
    }

    [Fact]
    public void Arrays_read_back_also_in_arrays()
    {
        byte[] bytes = new GgufBuilder()
            .Key("ints", GgufValueType.Array, GgufValueType.Int32, 3L, 1, -2, 3)
            .Key("bools", GgufValueType.Array, GgufValueType.Bool, 2L, false, true)
            .Key("texts", GgufValueType.Array, GgufValueType.String, 3L, "a", "", "▁c")
            .Key("none", GgufValueType.Array, GgufValueType.String, 0L)
            .Key("nested", GgufValueType.Array, GgufValueType.Array, 2L, GgufValueType.String, 1L, "x",
                GgufValueType.Array, 1L, GgufValueType.UInt8, 2L, (byte)7, (byte)8)
            .Build();
        using GgufFile file = GgufFile.Open(bytes);

        Assert.Equal([1, -2, 3], file.Metadata["ints"].GetArray<int>());
        Assert.Equal([false, true], file.Metadata["bools"].GetArray<bool>());
        Assert.Equal(["a", "", "▁c"], file.Metadata["texts"].GetStrings());
        Assert.Equal(Encoding.UTF8.GetBytes("▁c"), file.Metadata["texts"].GetUtf8Strings()[2]);
        Assert.Empty(file.Metadata["none"].GetStrings());
        GgufValue[] nested = file.Metadata["nested"].GetArrays();
        Assert.Equal(["x"], nested[0].GetStrings());
        Assert.Equal([7, 8], nested[1].GetArrays()[0].GetArray<byte>());
    }

    [Fact]
    public void The_wrong_accessor_names_key_type_and_place()
    {
        using GgufFile file = GgufFile.Open(
            new GgufBuilder().Key("a.b", GgufValueType.UInt32, 1u).Key("list", GgufValueType.Array, GgufValueType.Int32, 1L, 5).Build());
        GgufFormatException error = Assert.Throws<GgufFormatException>(() => file.Metadata["a.b"].GetString());
        Assert.Equal(("a.b", 24L + 8 + 3 + 4), (error.Key, error.Offset));
        Assert.Contains("UInt32", error.Message, StringComparison.Ordinal);
        Assert.Throws<GgufFormatException>(() => file.Metadata["a.b"].GetInt32());
        Assert.Throws<GgufFormatException>(() => file.Metadata["list"].GetArray<uint>());
        Assert.Throws<GgufFormatException>(() => file.Metadata["list"].GetStrings());
        Assert.Throws<GgufFormatException>(() => file.Metadata["list"].GetInteger());
        Assert.Throws<GgufFormatException>(() => file.Metadata["a.b"].GetArray<uint>());
        Assert.Equal("missing", Assert.Throws<GgufFormatException>(() => file.Metadata["missing"]).Key);
    }

    [Fact]
    public void Every_tensor_type_opens_with_its_size()
    {
        var raw = new GgufBuilder();
        foreach (GgmlType type in Enum.GetValues<GgmlType>())
        {
            raw.Tensor(type.ToString(), type, [256, 3], GgmlTypeInfo.Of(type).TypeSize * 256 / GgmlTypeInfo.Of(type).BlockSize * 3);
        }

        using GgufFile file = GgufFile.Open(raw.Build());
        Assert.Equal(35, file.Tensors.Count);
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            using GgufTensorView view = tensor.Open();
            Assert.Equal(tensor.Type.ToString(), tensor.Name);
            Assert.Equal(0, view.Bytes[0]);
            Assert.Equal((byte)(tensor.ByteCount - 1), view.Bytes[^1]);
        }
    }

    [Fact]
    public void Shapes_keep_their_rank_and_empty_tensors_open()
    {
        using GgufFile file = GgufFile.Open(new GgufBuilder()
            .Tensor("scalar", GgmlType.F32, [], 4)
            .Tensor("tall", GgmlType.F32, [4, 1, 1], 16)
            .Tensor("empty", GgmlType.F32, [4, 0], 0)
            .Tensor("last", GgmlType.I8, [3], 3)
            .Build(cut: 29)); // llama.cpp does not ask for padding behind the last tensor
        Assert.Equal([0, 3, 2, 1], file.Tensors.Select(tensor => tensor.Shape.Rank));
        using GgufTensorView empty = file.Tensors["empty"].Open();
        Assert.True(empty.Bytes.IsEmpty);
        Assert.True(empty.AsTensorSpan<float>().IsEmpty);
        using GgufTensorView last = file.Tensors["last"].Open();
        Assert.Equal([0, 1, 2], last.Bytes.ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Both_versions_open(uint version)
    {
        using GgufFile file = GgufFile.Open(new GgufBuilder { Version = version }.Key("a", GgufValueType.Bool, true).Build());
        Assert.Equal((int)version, file.Version);
        Assert.Equal(32, file.Alignment);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(4096)]
    public void Custom_alignment_places_the_data(int alignment)
    {
        using GgufFile file = GgufFile.Open(new GgufBuilder { Alignment = alignment }
            .Key("general.alignment", GgufValueType.UInt32, (uint)alignment)
            .Tensor("a", GgmlType.I8, [5], 5)
            .Tensor("b", GgmlType.I16, [2], 4)
            .Build());
        Assert.Equal(alignment, file.Alignment);
        Assert.All(file.Tensors, tensor => Assert.Equal(0, tensor.Offset % alignment));
        using GgufTensorView view = file.Tensors["b"].Open();
        Assert.Equal([0, 1, 2, 3], view.Bytes.ToArray());
    }

    [Fact]
    public void Opening_decodes_no_array()
    {
        // A vocabulary of 100,000 tokens would be several megabytes of strings.
        var tokens = new MemoryStream();
        for (int i = 0; i < 100_000; i++)
        {
            tokens.Write(Bytes($"token number {i}"));
        }

        byte[] bytes = new GgufBuilder().Key("tokens", GgufValueType.Array, GgufValueType.String, 100_000L, tokens.ToArray()).Build();
        GgufFile.Open(bytes).Dispose();
        Assert.InRange(Allocations.Of(() => GgufFile.Open(bytes).Dispose()), 0, 8192);
        using GgufFile file = GgufFile.Open(bytes);
        Assert.Equal("token number 99999", file.Metadata["tokens"].GetStrings()[^1]);
    }
}
