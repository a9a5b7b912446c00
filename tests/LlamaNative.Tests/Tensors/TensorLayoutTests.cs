using LlamaNative.Tensors;

namespace LlamaNative.Tests.Tensors;

/// <summary>Shapes, strides and predicates printed by a C program over ggml v0.4.0 for the same operations.</summary>
public class TensorLayoutTests
{
    private static readonly TensorLayout s_f32 = TensorLayout.Contiguous(GgmlType.F32, new TensorShape(4, 3, 2));
    private static readonly TensorLayout s_q4K = TensorLayout.Contiguous(GgmlType.Q4_K, new TensorShape(512, 6, 2));

    [Fact]
    public void Contiguous_strides_count_bytes() =>
        Expect(s_f32, [4, 3, 2, 1], [4, 16, 48, 96], 0, 96, contiguous: true, rows: true, transposed: false, permuted: false);

    [Fact]
    public void Transpose_swaps_two_entries() =>
        Expect(s_f32.Transpose(), [3, 4, 2, 1], [16, 4, 48, 96], 0, 96, contiguous: false, rows: false, transposed: true, permuted: true);

    [Fact]
    public void Permute_arguments_are_targets()
    {
        Expect(s_f32.Permute(1, 2, 0, 3), [2, 4, 3, 1], [48, 4, 16, 96], 0, 96, contiguous: false, rows: false,
            transposed: true, permuted: true);
        Expect(s_f32.Permute(0, 2, 1, 3), [4, 2, 3, 1], [4, 48, 16, 96], 0, 96, contiguous: false, rows: true,
            transposed: false, permuted: true);
        Expect(s_f32.Permute(3, 0, 2, 1), [3, 1, 2, 4], [16, 96, 48, 4], 0, 96, contiguous: false, rows: false,
            transposed: false, permuted: true);
    }

    [Fact]
    public void Views_take_strides_and_offset()
    {
        Expect(s_f32.View(new TensorShape(5), [], 8), [5, 1, 1, 1], [4, 20, 20, 20], 8, 20, contiguous: true,
            rows: true, transposed: false, permuted: false);
        Expect(s_f32.View(new TensorShape(2, 3), [16], 4), [2, 3, 1, 1], [4, 16, 48, 48], 4, 40, contiguous: false,
            rows: true, transposed: false, permuted: false);
        Expect(s_f32.View(new TensorShape(2, 2, 2), [16, 48], 20), [2, 2, 2, 1], [4, 16, 48, 96], 20, 72,
            contiguous: false, rows: true, transposed: false, permuted: false);
        Expect(s_f32.View(new TensorShape(1, 3, 2, 1), [16, 48, 96], 12), [1, 3, 2, 1], [4, 16, 48, 96], 12,
            84, contiguous: false, rows: true, transposed: false, permuted: false);
    }

    [Fact]
    public void Reshape_keeps_the_bytes() =>
        Expect(s_f32.Reshape(new TensorShape(6, 4)), [6, 4, 1, 1], [4, 24, 96, 96], 0, 96, contiguous: true,
            rows: true, transposed: false, permuted: false);

    [Fact]
    public void Dimensions_of_one_do_not_break_contiguity()
    {
        TensorLayout layout = TensorLayout.Contiguous(GgmlType.F16, new TensorShape(1, 5, 1, 7));
        Expect(layout, [1, 5, 1, 7], [2, 2, 10, 10], 0, 70, contiguous: true, rows: true, transposed: false, permuted: false);
        Expect(layout.Transpose(), [5, 1, 1, 7], [2, 2, 10, 10], 0, 70, contiguous: true, rows: true, transposed: false, permuted: false);
    }

    [Fact]
    public void Quantized_strides_count_blocks()
    {
        Expect(s_q4K, [512, 6, 2, 1], [144, 288, 1728, 3456], 0, 3456, contiguous: true, rows: true, transposed: false, permuted: false);
        Expect(s_q4K.Permute(0, 2, 1, 3), [512, 2, 6, 1], [144, 1728, 288, 3456], 0, 3456, contiguous: false,
            rows: true, transposed: false, permuted: true);
        Expect(s_q4K.View(new TensorShape(256, 3), [288], 144), [256, 3, 1, 1], [144, 288, 864, 864], 144, 720,
            contiguous: false, rows: true, transposed: false, permuted: false);
        Expect(s_q4K.Reshape(new TensorShape(256, 24)), [256, 24, 1, 1], [144, 144, 3456, 3456], 0, 3456,
            contiguous: true, rows: true, transposed: false, permuted: false);
        Expect(
            TensorLayout.Contiguous(GgmlType.Q4_0, new TensorShape(32, 4)).Permute(0, 2, 1, 3),
            [32, 1, 4, 1], [18, 72, 18, 72], 0, 72, contiguous: true, rows: true, transposed: false, permuted: true);
    }

    [Fact]
    public void Empty_tensors_take_no_bytes() =>
        Expect(TensorLayout.Contiguous(GgmlType.F32, new TensorShape(0, 3)), [0, 3, 1, 1], [4, 0, 0, 0], 0, 0,
            contiguous: true, rows: true, transposed: true, permuted: true);

    [Fact]
    public void Slices_and_broadcasts_move_the_offset_and_drop_strides()
    {
        TensorLayout slice = s_f32.Slice(1, 1, 2).Slice(0, 3, 1);
        Expect(slice, [1, 2, 2, 1], [4, 16, 48, 96], 28, 68, contiguous: false, rows: true, transposed: false, permuted: false);
        TensorLayout wide = slice.Broadcast(new TensorShape(8, 2, 2));
        Assert.Equal((0, 16, 28 + 16), (wide.Stride(0), wide.Stride(1), wide.OffsetOf(7, 1)));
        Assert.True(s_f32.CanRepeatTo(new TensorShape(8, 3, 2, 5)));
        Assert.False(s_f32.CanRepeatTo(new TensorShape(6, 3, 2)));
    }

    [Fact]
    public void Illegal_operations_name_themselves_and_the_shapes()
    {
        Refuse("Reshape", "[5, 5]", () => s_f32.Reshape(new TensorShape(5, 5)));
        Refuse("Reshape", "not contiguous", () => s_f32.Transpose().Reshape(new TensorShape(24)));
        Refuse("Reshape", "[128, 48]", () => s_q4K.Reshape(new TensorShape(128, 48)));
        Refuse("Permute", "(0, 0, 1, 2)", () => s_f32.Permute(0, 0, 1, 2));
        Refuse("Permute", "(0, 1, 2, 34)", () => s_f32.Permute(0, 1, 2, 34));
        Refuse("Permute", "(0, 1, 2, -29)", () => s_f32.Permute(0, 1, 2, -29));
        Refuse("Permute", "q4_K", () => s_q4K.Permute(1, 0, 2, 3));
        Refuse("Transpose", "q4_K [512, 6, 2]", () => s_q4K.Transpose());
        Refuse("Slice", "256 elements", () => s_q4K.Slice(0, 128, 256));
        Refuse("Slice", "[4, 3, 2]", () => s_f32.Slice(2, 1, 2));
        Refuse("Slice", "[4, 3, 2]", () => s_f32.Slice(0, long.MaxValue, 2));
        Refuse("Broadcast", "dimension 1 is 3", () => s_f32.Broadcast(new TensorShape(4, 6, 2)));
        Refuse("Contiguous", "q4_K", () => TensorLayout.Contiguous(GgmlType.Q4_K, new TensorShape(100)));
        Refuse("OffsetOf", "block", () => s_q4K.OffsetOf(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_f32.OffsetOf(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_f32.Stride(4));
    }

    [Theory]
    [InlineData(2, 3, 48, 0)] // rows spaced beyond the end
    [InlineData(4, 6, 16, 4)] // one element too far
    [InlineData(4, 6, 16, -4)]
    [InlineData(1, 3, long.MaxValue, 0)] // wraps around 64 bits
    [InlineData(1, 2, -16, 16)]
    public void A_view_outside_its_tensor_is_refused(long ne0, long ne1, long nb1, long offset) =>
        Refuse("View", "f32 [4, 3, 2]", () => s_f32.View(new TensorShape(ne0, ne1), [nb1], offset));

    [Theory]
    [InlineData(256, 3, 100, 0)]
    [InlineData(256, 3, 288, 2)]
    [InlineData(100, 3, 288, 0)]
    public void A_view_that_cuts_blocks_is_refused(long ne0, long ne1, long nb1, long offset) =>
        Refuse("View", "blocks of 256", () => s_q4K.View(new TensorShape(ne0, ne1), [nb1], offset));

    [Fact]
    public void Shapes_ignore_trailing_ones_and_refuse_what_cannot_be_counted()
    {
        Assert.Equal(new TensorShape(64), new TensorShape(64, 1));
        Assert.Equal(2, new TensorShape(64, 1).Rank);
        Assert.Equal("[64, 1]", new TensorShape(64, 1).ToString());
        Assert.False(TensorShape.TryCreate([-1], out _));
        Assert.False(TensorShape.TryCreate([1L << 32, 1L << 31], out _));
        Assert.False(TensorShape.TryCreate([long.MaxValue], out _));
        Assert.False(TensorShape.TryCreate([1, 1, 1, 1, 1], out _));
        Assert.Throws<ArgumentException>(() => new TensorShape(2, -3));
    }

    [Fact]
    public void Views_allocate_nothing()
    {
        Assert.Equal(s_f32, Work());
        Assert.Equal(0, Allocations.Of(static () => Work()));

        static TensorLayout Work()
        {
            TensorLayout layout = s_f32;
            for (int i = 0; i < 1000; i++)
            {
                layout = layout.Transpose().Permute(1, 0, 2, 3).Slice(0, 0, 4).Slice(2, 0, 2);
            }

            return layout;
        }
    }

    private static void Expect(TensorLayout layout, long[] ne, long[] nb, long offset, long bytes, bool contiguous,
        bool rows, bool transposed, bool permuted)
    {
        Assert.Equal(ne, Enumerable.Range(0, 4).Select(i => layout.Shape[i]));
        Assert.Equal(nb, Enumerable.Range(0, 4).Select(layout.Stride));
        Assert.Equal((offset, bytes), (layout.Offset, layout.ByteCount));
        Assert.Equal((contiguous, rows, transposed, permuted),
            (layout.IsContiguous, layout.HasContiguousRows, layout.IsTransposed, layout.IsPermuted));
    }

    private static void Refuse(string operation, string reason, Func<object> action)
    {
        TensorLayoutException error = Assert.Throws<TensorLayoutException>(action);
        Assert.Equal(operation, error.Operation);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
