using System.Runtime.CompilerServices;

namespace LlamaNative.Tensors;

/// <summary>The four values of ne or nb, stored inline so that layouts remain value types.</summary>
[InlineArray(Count)]
internal struct Dims
{
    /// <summary>GGML_MAX_DIMS.</summary>
    public const int Count = 4;

    private long _first;

    public static Dims Of(long d0, long d1, long d2, long d3)
    {
        Dims dims = default;
        dims[0] = d0;
        dims[1] = d1;
        dims[2] = d2;
        dims[3] = d3;
        return dims;
    }
}
