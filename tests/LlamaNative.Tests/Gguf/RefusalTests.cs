using LlamaNative.Gguf;
using LlamaNative.Tensors;
using static LlamaNative.TestSupport.GgufBuilder;

namespace LlamaNative.Tests.Gguf;

/// <summary>Each kind of inconsistent file is rejected with position and key before the value is used.</summary>
public class RefusalTests
{
    private const long Huge = 1L << 62;

    [Theory]
    [InlineData("", "empty")]
    [InlineData("GG", "magic needs 4 bytes, but 2 remain")]
    [InlineData("GGML\u0003\0\0\0", "does not start with 'GGUF'")]
    [InlineData("GGUF\u0001\0\0\0", "version 1")]
    [InlineData("GGUF\u0004\0\0\0", "version 4")]
    [InlineData("GGUF\0\0\0\0", "version 0")]
    [InlineData("GGUF\0\0\0\u0003", "big-endian")]
    [InlineData("GGUF\u0003\0\0\0", "tensor count")]
    public void Headers(string file, string reason) => Refuse(System.Text.Encoding.Latin1.GetBytes(file), reason);

    [Fact]
    public void Counts_beyond_the_file()
    {
        Refuse(new GgufBuilder { TensorCount = Huge }.Build(), "tensor count", offset: 8);
        Refuse(new GgufBuilder { TensorCount = -1 }.Build(), "tensor count", offset: 8);
        Refuse(new GgufBuilder { KeyCount = 1000 }.Key("a", GgufValueType.Bool, true).Build(), "key count", offset: 16);
        Refuse(new GgufBuilder { KeyCount = 2 }.Key("a", GgufValueType.String, new string('x', 99)).Build(),
            "key needs 8 bytes, but 0 remain");
        Refuse(new GgufBuilder { TensorCount = 1 }.Build(), "tensor count 1", offset: 8);
    }

    [Fact]
    public void Strings_and_arrays_beyond_the_file()
    {
        Refuse(new GgufBuilder().RawKey(Bytes(Huge, new byte[20])).Build(), "key 4611686018427387904", offset: 24);
        Refuse(new GgufBuilder().Key("k", GgufValueType.String, Huge).Build(), "string length", "k", 24 + 9 + 4);
        Refuse(new GgufBuilder().Key("k", GgufValueType.String, 5L, (byte)1).Build(), "string length", "k");
        Refuse(new GgufBuilder().Key("k", GgufValueType.Array, GgufValueType.UInt8, Huge).Build(), "array length", "k");
        Refuse(new GgufBuilder().Key("k", GgufValueType.Array, GgufValueType.UInt64, 2L, 1L).Build(), "array length 2", "k");
        Refuse(new GgufBuilder().Key("k", GgufValueType.Array, GgufValueType.String, 2L, "abcdefgh").Build(),
            "string length needs 8 bytes, but 0 remain", "k");
        Refuse(new GgufBuilder().Key("k", GgufValueType.Array, GgufValueType.Float64, -1L).Build(), "array length", "k");
        Refuse(new GgufBuilder().Key("k", GgufValueType.UInt64, 1).Build(), "value needs 8 bytes, but 4 remain", "k");
    }

    [Fact]
    public void Types_that_do_not_exist()
    {
        Refuse(new GgufBuilder().Key("k", (GgufValueType)13, 1L).Build(), "value type 13", "k");
        Refuse(new GgufBuilder().Key("k", (GgufValueType)(-1), 1L).Build(), "value type -1", "k");
        Refuse(new GgufBuilder().Key("k", GgufValueType.Array, 99, 1L).Build(), "element type 99", "k");
        Refuse(new GgufBuilder().Key("k", GgufValueType.Bool, (byte)2).Build(), "bool", "k");
        Refuse(new GgufBuilder().Key("k", GgufValueType.Array, GgufValueType.Bool, 3L, (byte)0, (byte)1, (byte)255).Build(), "bool", "k");
        Refuse(new GgufBuilder().Tensor("t", (GgmlType)4, [32], 18).Build(), "4 is not a ggml tensor type", "t");
        Refuse(new GgufBuilder().Tensor("t", (GgmlType)43, [32], 18).Build(), "43 is not", "t");
        Refuse(new GgufBuilder().Tensor("t", (GgmlType)(-5), [32], 18).Build(), "-5 is not", "t");
    }

    [Fact]
    public void Arrays_nested_without_end()
    {
        var parts = new List<object>();
        for (int i = 0; i < 100_000; i++)
        {
            parts.AddRange([GgufValueType.Array, 1L]);
        }

        Refuse(new GgufBuilder().Key("k", GgufValueType.Array, [.. parts]).Build(), "nested more than", "k");
    }

    [Fact]
    public void Names_that_are_no_names()
    {
        Refuse(new GgufBuilder().Key("", GgufValueType.UInt64, 1L).Build(), "key of 0 bytes", offset: 24);
        Refuse(new GgufBuilder().Key("a\0b", GgufValueType.Bool, true).Build(), "key of 3 bytes");
        Refuse(new GgufBuilder().Key(new string('k', 65536), GgufValueType.Bool, true).Build(), "65535");
        Refuse(new GgufBuilder().RawKey(Bytes(2L, (byte)0xC3, (byte)0x28, GgufValueType.Bool, true)).Build(), "not valid UTF-8");
        Refuse(new GgufBuilder().Tensor(new string('t', 64), GgmlType.F32, [1], 4).Build(), "63");
        Refuse(new GgufBuilder().Key("a", GgufValueType.Bool, true).Key("a", GgufValueType.Bool, false).Build(),
            "duplicated", "a", 24 + 9 + 4 + 1);
        Refuse(new GgufBuilder().Tensor("t", GgmlType.F32, [8], 32).Tensor("t", GgmlType.F32, [8], 32).Build(), "duplicated", "t");
    }

    [Fact]
    public void Alignments_that_are_none()
    {
        Refuse(new GgufBuilder().Key("general.alignment", GgufValueType.UInt32, 0u).Build(), "power of 2", "general.alignment");
        Refuse(new GgufBuilder().Key("general.alignment", GgufValueType.UInt32, 24u).Build(), "power of 2", "general.alignment");
        Refuse(new GgufBuilder().Key("general.alignment", GgufValueType.UInt32, 1u << 31).Build(), "power of 2", "general.alignment");
        Refuse(new GgufBuilder().Key("general.alignment", GgufValueType.UInt64, 32L).Build(), "UInt64", "general.alignment");
    }

    [Fact]
    public void Shapes_that_cannot_be()
    {
        Refuse(new GgufBuilder().RawTensor(Bytes("t", 5u, 1L, 1L, 1L, 1L, 1L, 0, 0L)).Build(), "5 dimensions", "t");
        Refuse(new GgufBuilder().RawTensor(Bytes("t", uint.MaxValue, 0, 0L, 0L)).Build(), "4294967295 dimensions", "t");
        Refuse(new GgufBuilder().Tensor("t", GgmlType.F32, [-4], 16).Build(), "not a valid shape", "t");
        Refuse(new GgufBuilder().Tensor("t", GgmlType.F32, [1L << 32, 1L << 31], 16).Build(), "not a valid shape", "t");
        Refuse(new GgufBuilder().Tensor("t", GgmlType.F64, [1L << 60, 7], 16).Build(), "2^63", "t");
        Refuse(new GgufBuilder().Tensor("t", GgmlType.F32, [1L << 62, 1L << 62, 0], 16).Build(), "2^63", "t");
        Refuse(new GgufBuilder().Tensor("t", GgmlType.Q4_K, [128], 72).Build(), "blocks of 256", "t");
    }

    [Fact]
    public void Data_that_is_not_there_or_not_in_place()
    {
        Refuse(new GgufBuilder().Tensor("t", GgmlType.F32, [8], 32).Build(cut: 1), "1 of its 96 bytes are missing");
        Refuse(new GgufBuilder().Tensor("t", GgmlType.F32, [Huge / 4], 32).Build(),
            "4611686018427387872 of its 4611686018427387968 bytes are missing");
        Refuse(new GgufBuilder().Tensor("t", GgmlType.F32, [8], 32, offset: 32).Build(), "offset 32, but 0 is expected", "t");
        Refuse(new GgufBuilder().Tensor("a", GgmlType.F32, [8], 32).Tensor("t", GgmlType.F32, [8], 32, offset: 0).Build(),
            "offset 0, but 32 is expected", "t");
        Refuse(new GgufBuilder().Tensor("a", GgmlType.F32, [9], 36).Tensor("t", GgmlType.F32, [8], 32, offset: 36).Build(),
            "offset 36, but 64 is expected", "t");
        Refuse(new GgufBuilder().Tensor("t", GgmlType.F32, [8], 32, offset: -32).Build(), "offset 18446744073709551584", "t");
        Refuse(new GgufBuilder().Tensor("a", GgmlType.I8, [0], 0).RawTensor(Bytes("t", 1u, 1L, 0)).Build(cut: 24), "dimension", "t");
    }

    private static void Refuse(byte[] file, string reason, string? key = null, long? offset = null)
    {
        GgufFormatException error = Assert.Throws<GgufFormatException>(() => GgufFile.Open(file));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Offset);
        if (key is not null)
        {
            Assert.Equal(key, error.Key);
        }

        if (offset is not null)
        {
            Assert.Equal(offset, error.Offset);
        }
    }
}
