using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TrainTinyChat.Graph;

/// <summary>Transposes in blocks of 8×8 that fit into registers.</summary>
internal static class BlockedTranspose
{
    private const int Block = 8;

    /// <summary>Turns rows into columns; strides are in elements.</summary>
    public static void Matrix(ReadOnlySpan<float> from, int fromStride, Span<float> to, int toStride, int columns, int rows)
    {
        // One band of columns at a time, so that its result rows are written from left to right.
        bool vectors = Avx.IsSupported;
        for (int column = 0; column < columns; column += Block)
        {
            for (int row = 0; row < rows; row += Block)
            {
                ReadOnlySpan<float> source = from[((row * fromStride) + column)..];
                Span<float> result = to[((column * toStride) + row)..];
                if (vectors && column + Block <= columns && row + Block <= rows)
                {
                    Registers(source, fromStride, result, toStride);
                }
                else
                {
                    Elements(source, fromStride, result, toStride, Math.Min(Block, columns - column), Math.Min(Block, rows - row));
                }
            }
        }
    }

    private static void Elements(ReadOnlySpan<float> from, int fromStride, Span<float> to, int toStride, int columns, int rows)
    {
        for (int column = 0; column < columns; column++)
        {
            for (int row = 0; row < rows; row++)
            {
                to[(column * toStride) + row] = from[(row * fromStride) + column];
            }
        }
    }

    private static void Registers(ReadOnlySpan<float> from, int fromStride, Span<float> to, int toStride)
    {
        // Bounds checks for the last row cover all others.
        ref float source = ref MemoryMarshal.GetReference(from[..((7 * fromStride) + Block)]);
        ref float result = ref MemoryMarshal.GetReference(to[..((7 * toStride) + Block)]);
        nuint s = (nuint)fromStride;
        nuint t = (nuint)toStride;
        Vector256<float> r0 = Vector256.LoadUnsafe(ref source), r1 = Vector256.LoadUnsafe(ref source, s);
        Vector256<float> r2 = Vector256.LoadUnsafe(ref source, 2 * s), r3 = Vector256.LoadUnsafe(ref source, 3 * s);
        Vector256<float> r4 = Vector256.LoadUnsafe(ref source, 4 * s), r5 = Vector256.LoadUnsafe(ref source, 5 * s);
        Vector256<float> r6 = Vector256.LoadUnsafe(ref source, 6 * s), r7 = Vector256.LoadUnsafe(ref source, 7 * s);
        Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5), a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44), b1 = Avx.Shuffle(a0, a2, 0xEE), b2 = Avx.Shuffle(a1,
            a3, 0x44), b3 = Avx.Shuffle(a1, a3, 0xEE);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44), b5 = Avx.Shuffle(a4, a6, 0xEE), b6 = Avx.Shuffle(a5,
            a7, 0x44), b7 = Avx.Shuffle(a5, a7, 0xEE);
        Avx.Permute2x128(b0, b4, 0x20).StoreUnsafe(ref result);
        Avx.Permute2x128(b1, b5, 0x20).StoreUnsafe(ref result, t);
        Avx.Permute2x128(b2, b6, 0x20).StoreUnsafe(ref result, 2 * t);
        Avx.Permute2x128(b3, b7, 0x20).StoreUnsafe(ref result, 3 * t);
        Avx.Permute2x128(b0, b4, 0x31).StoreUnsafe(ref result, 4 * t);
        Avx.Permute2x128(b1, b5, 0x31).StoreUnsafe(ref result, 5 * t);
        Avx.Permute2x128(b2, b6, 0x31).StoreUnsafe(ref result, 6 * t);
        Avx.Permute2x128(b3, b7, 0x31).StoreUnsafe(ref result, 7 * t);
    }
}
