using LlamaNative.Tensors;

namespace LlamaNative.Tests.Tensors;

/// <summary>Sizes printed by a C program over ggml_type_name, ggml_blck_size, ggml_type_size and ggml_row_size of v0.4.0.</summary>
public class GgmlTypeTests
{
    [Theory]
    [InlineData((GgmlType)0, "f32", 1, 4, 20480)]
    [InlineData((GgmlType)1, "f16", 1, 2, 10240)]
    [InlineData((GgmlType)2, "q4_0", 32, 18, 2880)]
    [InlineData((GgmlType)3, "q4_1", 32, 20, 3200)]
    [InlineData((GgmlType)6, "q5_0", 32, 22, 3520)]
    [InlineData((GgmlType)7, "q5_1", 32, 24, 3840)]
    [InlineData((GgmlType)8, "q8_0", 32, 34, 5440)]
    [InlineData((GgmlType)9, "q8_1", 32, 36, 5760)]
    [InlineData((GgmlType)10, "q2_K", 256, 84, 1680)]
    [InlineData((GgmlType)11, "q3_K", 256, 110, 2200)]
    [InlineData((GgmlType)12, "q4_K", 256, 144, 2880)]
    [InlineData((GgmlType)13, "q5_K", 256, 176, 3520)]
    [InlineData((GgmlType)14, "q6_K", 256, 210, 4200)]
    [InlineData((GgmlType)15, "q8_K", 256, 292, 5840)]
    [InlineData((GgmlType)16, "iq2_xxs", 256, 66, 1320)]
    [InlineData((GgmlType)17, "iq2_xs", 256, 74, 1480)]
    [InlineData((GgmlType)18, "iq3_xxs", 256, 98, 1960)]
    [InlineData((GgmlType)19, "iq1_s", 256, 50, 1000)]
    [InlineData((GgmlType)20, "iq4_nl", 32, 18, 2880)]
    [InlineData((GgmlType)21, "iq3_s", 256, 110, 2200)]
    [InlineData((GgmlType)22, "iq2_s", 256, 82, 1640)]
    [InlineData((GgmlType)23, "iq4_xs", 256, 136, 2720)]
    [InlineData((GgmlType)24, "i8", 1, 1, 5120)]
    [InlineData((GgmlType)25, "i16", 1, 2, 10240)]
    [InlineData((GgmlType)26, "i32", 1, 4, 20480)]
    [InlineData((GgmlType)27, "i64", 1, 8, 40960)]
    [InlineData((GgmlType)28, "f64", 1, 8, 40960)]
    [InlineData((GgmlType)29, "iq1_m", 256, 56, 1120)]
    [InlineData((GgmlType)30, "bf16", 1, 2, 10240)]
    [InlineData((GgmlType)34, "tq1_0", 256, 54, 1080)]
    [InlineData((GgmlType)35, "tq2_0", 256, 66, 1320)]
    [InlineData((GgmlType)39, "mxfp4", 32, 17, 2720)]
    [InlineData((GgmlType)40, "nvfp4", 64, 36, 2880)]
    [InlineData((GgmlType)41, "q1_0", 128, 18, 720)]
    [InlineData((GgmlType)42, "q2_0", 64, 18, 1440)]
    public void Sizes_are_ggml_s(GgmlType type, string name, int blockSize, int typeSize, long rowOf5120)
    {
        GgmlTypeInfo info = GgmlTypeInfo.Of(type);
        Assert.Equal((name, blockSize, typeSize), (info.Name, info.BlockSize, info.TypeSize));
        Assert.Equal(rowOf5120, info.RowSize(5120));
        Assert.Equal(blockSize > 1, info.IsQuantized);
        Assert.True(Enum.IsDefined(type));
    }

    [Fact]
    public void Every_named_type_is_described_and_nothing_else()
    {
        Assert.Equal(35, Enum.GetValues<GgmlType>().Length);
        for (int number = -1; number < 60; number++)
        {
            Assert.Equal(Enum.IsDefined((GgmlType)number), GgmlTypeInfo.TryGet((GgmlType)number, out _));
        }
    }

    [Fact]
    public void Withdrawn_and_unknown_types_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GgmlTypeInfo.Of((GgmlType)4));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgmlTypeInfo.Of((GgmlType)43));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgmlTypeInfo.Of((GgmlType)int.MinValue));
    }

    [Fact]
    public void A_row_that_cuts_a_block_is_refused()
    {
        TensorLayoutException error = Assert.Throws<TensorLayoutException>(() => GgmlTypeInfo.Of(GgmlType.Q4_K).RowSize(255));
        Assert.Equal("RowSize", error.Operation);
        Assert.Contains("255", error.Message, StringComparison.Ordinal);
    }
}
