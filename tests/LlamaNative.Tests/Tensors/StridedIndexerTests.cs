using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Tensors;

public class StridedIndexerTests
{
    private static readonly TensorLayout s_f32 = TensorLayout.Contiguous(GgmlType.F32, new TensorShape(4, 3, 2));

    /// <summary>A row of 256 Q4_K numbers has 144 bytes; permuted, the second dimension steps over both rows of the first.</summary>
    [Fact]
    public void Rows_are_walked_in_logical_order()
    {
        TensorLayout quantized = TensorLayout.Contiguous(GgmlType.Q4_K, new TensorShape(256, 2, 3)).Permute(0, 2, 1, 3);
        Assert.Equal([0, 288, 576, 144, 432, 720], Offsets(StridedIndexer.Rows(quantized)));

        // By hand: the transpose of 4×3×2 has 4 rows, one at each column, and then those of the second matrix.
        Assert.Equal([0, 4, 8, 12, 48, 52, 56, 60], Offsets(StridedIndexer.Rows(s_f32.Transpose())));
    }

    [Fact]
    public void Empty_layouts_have_nothing_to_walk()
    {
        Assert.Empty(Offsets(StridedIndexer.Rows(TensorLayout.Contiguous(GgmlType.F32, new TensorShape(0, 3)))));
        Assert.Empty(Offsets(StridedIndexer.Rows(TensorLayout.Contiguous(GgmlType.F32, new TensorShape(4, 0, 2)))));
    }

    [Fact]
    public void Walking_allocates_nothing()
    {
        Assert.NotEqual(0, Walk());
        Assert.Equal(0, Allocations.Of(static () => Walk()));

        static long Walk()
        {
            long sum = 0;
            foreach (long offset in StridedIndexer.Rows(s_f32.Permute(2, 0, 1, 3)))
            {
                sum += offset;
            }

            return sum;
        }
    }

    [Theory]
    [InlineData(GgmlType.I8)]
    [InlineData(GgmlType.F16)]
    [InlineData(GgmlType.F32)]
    [InlineData(GgmlType.F64)]
    public void Copy_through_any_strides_is_a_plain_loop(GgmlType type)
    {
        // The reference is four nested loops over OffsetOf.
        int size = (int)GgmlTypeInfo.Of(type).TypeSize;
        var random = new Random(7);
        var source = new byte[7 * 5 * 3 * 2 * size];
        random.NextBytes(source);
        TensorLayout whole = TensorLayout.Contiguous(type, new TensorShape(7, 5, 3, 2));
        TensorLayout from = whole.Permute(2, 0, 3, 1).Slice(0, 1, 3).Slice(2, 1, 3);
        TensorLayout to = TensorLayout.Contiguous(type,
            new TensorShape(from.Shape[1], from.Shape[0], from.Shape[2], from.Shape[3])).Transpose();
        var destination = new byte[to.ByteCount];

        TensorCopy.Copy(source, from, destination, to);

        for (int i3 = 0; i3 < from.Shape[3]; i3++)
        {
            for (int i2 = 0; i2 < from.Shape[2]; i2++)
            {
                for (int i1 = 0; i1 < from.Shape[1]; i1++)
                {
                    for (int i0 = 0; i0 < from.Shape[0]; i0++)
                    {
                        Assert.Equal(
                            source.AsSpan((int)from.OffsetOf(i0, i1, i2, i3), size).ToArray(),
                            destination.AsSpan((int)to.OffsetOf(i0, i1, i2, i3), size).ToArray());
                    }
                }
            }
        }
    }

    [Fact]
    public void Quantized_copies_move_rows()
    {
        TensorLayout from = TensorLayout.Contiguous(GgmlType.Q4_0, new TensorShape(64, 2, 2)).Permute(0, 2, 1, 3);
        byte[] source = [.. Enumerable.Range(0, 144).Select(i => (byte)i)];
        var destination = new byte[144];
        TensorCopy.Copy(source, from, destination, TensorLayout.Contiguous(GgmlType.Q4_0, new TensorShape(64, 2, 2)));
        Assert.Equal([.. source[..36], .. source[72..108], .. source[36..72], .. source[108..]], destination);
    }

    [Fact]
    public void Copies_that_cannot_be_right_are_refused()
    {
        var memory = new byte[96];
        Assert.Throws<TensorLayoutException>(() => TensorCopy.Copy(memory, s_f32, new byte[95], s_f32));
        Assert.Throws<TensorLayoutException>(() => TensorCopy.Copy(memory, s_f32, memory, s_f32.Transpose()));
        TensorLayout one = s_f32.Slice(0, 0, 1).Broadcast(new TensorShape(4, 3, 2));
        TensorCopy.Copy(memory, one, new byte[96], s_f32);
        Assert.Throws<TensorLayoutException>(() => TensorCopy.Copy(memory, s_f32, new byte[96], one));
    }

    [Fact]
    public void Tensor_spans_share_memory_and_strides()
    {
        float[] numbers = [.. Enumerable.Range(0, 24).Select(i => (float)i)];
        Span<byte> memory = MemoryMarshal.AsBytes(numbers.AsSpan());

        ReadOnlyTensorSpan<float> transposed = s_f32.Transpose().AsReadOnlyTensorSpan<float>(memory);
        Assert.Equal([2, 4, 3], transposed.Lengths.ToArray());
        Assert.Equal([12, 1, 4], transposed.Strides.ToArray());
        Assert.Equal(numbers[12 + 3 + 8], transposed[1, 3, 2]);

        TensorSpan<float> slice = s_f32.Slice(2, 1, 1).Slice(1, 2, 1).AsTensorSpan<float>(memory);
        slice[0, 0, 3] = 99;
        Assert.Equal(99, numbers[23]);

        Assert.Equal(24, Tensor.Sum(
            s_f32.Slice(0, 2, 1).Broadcast(new TensorShape(12, 3, 2)).Slice(1, 0, 1).Slice(2, 0, 1).AsReadOnlyTensorSpan<float>(memory)));
        Assert.True(TensorLayout.Contiguous(GgmlType.F32, new TensorShape(0, 3)).AsReadOnlyTensorSpan<float>(memory).IsEmpty);
    }

    [Fact]
    public void Tensor_spans_refuse_other_numbers_and_short_memory()
    {
        Assert.Throws<TensorLayoutException>(() => s_f32.AsReadOnlyTensorSpan<int>(new byte[96]).IsEmpty);
        Assert.Throws<TensorLayoutException>(() => s_f32.AsReadOnlyTensorSpan<float>(new byte[95]).IsEmpty);
        Assert.Throws<TensorLayoutException>(() => s_f32.View(new TensorShape(1, 3), [6], 0).AsTensorSpan<float>(new byte[96]).IsEmpty);
    }

    [Fact]
    public void Floats_encode_as_ggml_encodes_them()
    {
        // BF16 by hand: 1.00390625 lies between 0x3F80 and 0x3F81 and goes to the even one; 1.01171875 goes up to 0x3F82.
        float[] numbers = [1.00390625f, 1.01171875f, -2.5f, float.PositiveInfinity, float.NaN];
        var bytes = new byte[10];
        FloatEncoding.Encode(GgmlType.BF16, numbers, bytes);
        Assert.Equal([0x3F80, 0x3F82, 0xC020, 0x7F80], MemoryMarshal.Cast<byte, ushort>(bytes)[..4].ToArray());
        var back = new float[5];
        FloatEncoding.Decode(GgmlType.BF16, bytes, back);
        Assert.Equal([1f, 1.015625f, -2.5f, float.PositiveInfinity, float.NaN], back);
        FloatEncoding.Encode(GgmlType.F16, numbers, bytes);
        FloatEncoding.Decode(GgmlType.F16, bytes, back);
        Assert.Equal([1.00390625f, 1.01171875f, -2.5f, float.PositiveInfinity, float.NaN], back);
        Assert.Throws<TensorLayoutException>(() => FloatEncoding.Decode(GgmlType.Q8_0, bytes, back));
        Assert.Throws<TensorLayoutException>(() => FloatEncoding.Decode(GgmlType.F32, bytes, back));
    }

    private static List<long> Offsets(StridedIndexer indexer)
    {
        var offsets = new List<long>();
        foreach (long offset in indexer)
        {
            offsets.Add(offset);
        }

        return offsets;
    }
}
