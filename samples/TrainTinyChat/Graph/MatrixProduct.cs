using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace TrainTinyChat.Graph;

/// <summary>The dimension of an operand that is summed over.</summary>
internal enum Sum
{
    /// <summary>Along its rows (dimension 0), as in ggml's MulMat.</summary>
    Rows,

    /// <summary>Along its columns (dimension 1): the operand is transposed, without making a copy.</summary>
    Columns,
}

/// <summary>
/// Matrix products that sum along rows or columns: a backward pass needs both, and ggml's kernel sums only along rows.
/// Blocked after Goto and van de Geijn ("Anatomy of High-Performance Matrix Multiplication", 2008): a tile of 16×6 numbers
/// stays in registers, and a panel of the first operand in the L1 cache.
/// </summary>
internal static unsafe class MatrixProduct
{
    private const int Panel = 16;
    private const int Tile = 6;
    private const int Depth = 256;

    /// <summary>
    /// result[i, j] = Σ a · b over the dimension that each is summed along; dimensions 2 and 3 of a are repeated to b's,
    /// as in MulMat. F32 with packed rows; the result is contiguous.
    /// </summary>
    public static GgmlTensor Product(this TensorArena arena, GgmlTensor a, Sum alongA, GgmlTensor b, Sum alongB)
    {
        TensorShape left = a.Shape, right = b.Shape;
        (long m, long depth) = alongA == Sum.Rows ? (left[1], left[0]) : (left[0], left[1]);
        (long n, long depthB) = alongB == Sum.Rows ? (right[1], right[0]) : (right[0], right[1]);
        if (depth != depthB || right[2] % left[2] != 0 || right[3] % left[3] != 0)
        {
            throw new ArgumentException($"{a} along {alongA} and {b} along {alongB} cannot be multiplied.");
        }

        var shape = new TensorShape(m, n, right[2], right[3]);
        return arena.Custom4D(GgmlType.F32, shape, [a, b], (in CustomOperation operation) => Run(operation, alongA, alongB),
            TensorArena.AllThreads);
    }

    private static void Run(in CustomOperation operation, Sum alongA, Sum alongB)
    {
        TensorLayout left = operation.SourceLayout(0), right = operation.SourceLayout(1), result = operation.ResultLayout;
        int m = (int)result.Shape[0], n = (int)result.Shape[1];
        int depth = (int)(alongA == Sum.Rows ? left.Shape[0] : left.Shape[1]);
        long repeat2 = right.Shape[2] / left.Shape[2], repeat3 = right.Shape[3] / left.Shape[3];
        nint strideA = (nint)(left.Stride(1) / sizeof(float)), strideB = (nint)(right.Stride(1) / sizeof(float));
        nint nextJ = alongB == Sum.Rows ? strideB : 1, nextK = alongB == Sum.Rows ? 1 : strideB;
        int panels = (m + Panel - 1) / Panel;
        (long first, long end) = operation.Share(panels * result.Shape[2] * result.Shape[3]);
        fixed (byte* bytesA = operation.SourceBytes(0), bytesB = operation.SourceBytes(1))
        fixed (float* c = operation.Result<float>())
        {
            float* packed = stackalloc float[Panel * Depth];
            for (long item = first; item < end; item++)
            {
                (long matrix, long panel) = Math.DivRem(item, panels);
                (long outer, long inner) = Math.DivRem(matrix, result.Shape[2]);
                var a = (float*)(bytesA + (inner / repeat2 * left.Stride(2)) + (outer / repeat3 * left.Stride(3)));
                var b = (float*)(bytesB + (inner * right.Stride(2)) + (outer * right.Stride(3)));
                int i = (int)panel * Panel;
                float* rows = c + (matrix * m * n) + i;
                for (int k = 0; k < depth; k += Depth)
                {
                    int count = Math.Min(Depth, depth - k);
                    int width = Math.Min(Panel, m - i);
                    if (alongA == Sum.Rows)
                    {
                        PackRows(a + (i * strideA) + k, strideA, packed, width, count);
                    }
                    else
                    {
                        PackColumns(a + (k * strideA) + i, strideA, packed, width, count);
                    }

                    MultiplyPanel(packed, count, b + (k * nextK), nextJ, nextK, n, rows, m, width, add: k > 0);
                }
            }
        }
    }

    private static void MultiplyPanel(float* packed, int depth, float* b, nint nextJ, nint nextK, int n, float* c,
        nint strideC, int width, bool add)
    {
        float* edge = stackalloc float[Panel * Tile];
        for (int j = 0; j < n; j += Tile)
        {
            int count = Math.Min(Tile, n - j);
            float* result = c + (j * strideC);
            if (count == Tile && width == Panel)
            {
                Multiply(packed, depth, b + (j * nextJ), nextJ, nextK, result, strideC, add);
                continue;
            }

            // At the edge, the tile is computed in a buffer, because it extends past the result.
            if (count == Tile)
            {
                Multiply(packed, depth, b + (j * nextJ), nextJ, nextK, edge, Panel, add: false);
            }
            else
            {
                for (int row = 0; row < count; row++)
                {
                    MultiplyOne(packed, depth, b + ((j + row) * nextJ), nextK, edge + (row * Panel));
                }
            }

            for (int row = 0; row < count; row++)
            {
                for (int i = 0; i < width; i++)
                {
                    result[(row * strideC) + i] = edge[(row * Panel) + i] + (add ? result[(row * strideC) + i] : 0);
                }
            }
        }
    }

    /// <summary>Computes a tile of 16×6 numbers of the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* a, int depth, float* b, nint nextJ, nint nextK, float* c, nint strideC, bool add)
    {
        float* b0 = b, b1 = b0 + nextJ, b2 = b1 + nextJ, b3 = b2 + nextJ, b4 = b3 + nextJ, b5 = b4 + nextJ;
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        float* end = a + ((nint)depth * Panel);
        for (nint k = 0; a < end; a += Panel, k += nextK)
        {
            Vector256<float> a0 = Vector256.Load(a), a1 = Vector256.Load(a + 8);
            Vector256<float> t = Vector256.Create(b0[k]);
            c00 = Vector256.MultiplyAddEstimate(a0, t, c00);
            c01 = Vector256.MultiplyAddEstimate(a1, t, c01);
            t = Vector256.Create(b1[k]);
            c10 = Vector256.MultiplyAddEstimate(a0, t, c10);
            c11 = Vector256.MultiplyAddEstimate(a1, t, c11);
            t = Vector256.Create(b2[k]);
            c20 = Vector256.MultiplyAddEstimate(a0, t, c20);
            c21 = Vector256.MultiplyAddEstimate(a1, t, c21);
            t = Vector256.Create(b3[k]);
            c30 = Vector256.MultiplyAddEstimate(a0, t, c30);
            c31 = Vector256.MultiplyAddEstimate(a1, t, c31);
            t = Vector256.Create(b4[k]);
            c40 = Vector256.MultiplyAddEstimate(a0, t, c40);
            c41 = Vector256.MultiplyAddEstimate(a1, t, c41);
            t = Vector256.Create(b5[k]);
            c50 = Vector256.MultiplyAddEstimate(a0, t, c50);
            c51 = Vector256.MultiplyAddEstimate(a1, t, c51);
        }

        Store(c, c00, c01, add);
        Store(c + strideC, c10, c11, add);
        Store(c + (2 * strideC), c20, c21, add);
        Store(c + (3 * strideC), c30, c31, add);
        Store(c + (4 * strideC), c40, c41, add);
        Store(c + (5 * strideC), c50, c51, add);
    }

    private static void MultiplyOne(float* a, int depth, float* b, nint nextK, float* c)
    {
        Vector256<float> c0 = default, c1 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> t = Vector256.Create(b[k * nextK]);
            c0 = Vector256.MultiplyAddEstimate(Vector256.Load(a + (k * Panel)), t, c0);
            c1 = Vector256.MultiplyAddEstimate(Vector256.Load(a + (k * Panel) + 8), t, c1);
        }

        Store(c, c0, c1, add: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector256<float> low, Vector256<float> high, bool add)
    {
        if (add)
        {
            low += Vector256.Load(c);
            high += Vector256.Load(c + 8);
        }

        low.Store(c);
        high.Store(c + 8);
    }

    /// <summary>Packs rows of the operand into columns of 16.</summary>
    private static void PackRows(float* a, nint stride, float* packed, int width, int count)
    {
        if (width < Panel)
        {
            new Span<float>(packed, count * Panel).Clear();
        }

        int length = (int)((width - 1) * stride) + count;
        BlockedTranspose.Matrix(new ReadOnlySpan<float>(a, length), (int)stride, new Span<float>(packed, count * Panel),
            Panel, count, width);
    }

    private static void PackColumns(float* a, nint stride, float* packed, int width, int count)
    {
        for (int k = 0; k < count; k++, a += stride, packed += Panel)
        {
            if (width == Panel)
            {
                Vector256.Load(a).Store(packed);
                Vector256.Load(a + 8).Store(packed + 8);
            }
            else
            {
                new ReadOnlySpan<float>(a, width).CopyTo(new Span<float>(packed, Panel));
                new Span<float>(packed + width, Panel - width).Clear();
            }
        }
    }
}
