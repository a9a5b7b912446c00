using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LlamaNative.Tensors;

/// <summary>The four numbers of ne or nb, held in place so that layouts stay values.</summary>
/// <remarks>No <see cref="InlineArrayAttribute"/>: what the compiler makes of it cannot be compiled ahead, and every file opened would wait for it.</remarks>
[StructLayout(LayoutKind.Sequential, Size = Count * sizeof(long))]
internal struct Dims
{
    /// <summary>GGML_MAX_DIMS.</summary>
    public const int Count = 4;

    private long _first;

    public long this[int dimension]
    {
        readonly get => Unsafe.Add(ref Unsafe.AsRef(in _first), Checked(dimension));
        set => Unsafe.Add(ref _first, Checked(dimension)) = value;
    }

    public static Dims Of(long d0, long d1, long d2, long d3)
    {
        Dims dims = default;
        dims[0] = d0;
        dims[1] = d1;
        dims[2] = d2;
        dims[3] = d3;
        return dims;
    }

    private static int Checked(int dimension) =>
        (uint)dimension < Count ? dimension : throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"a tensor has {Count} dimensions");
}
