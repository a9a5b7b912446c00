using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// Validates index tensors before a graph runs: ggml aborts the process when an index is out of range, and GetRowsBack does not check at
/// all. Indices computed by operators are checked when the graph is built; indices that are data can be checked only before each run.
/// </summary>
internal sealed unsafe class IndexGuard
{
    private readonly string _operation;
    private readonly GgmlTensor _indices;
    private readonly long _bound;
    private readonly byte[] _copy;

    private IndexGuard(string operation, GgmlTensor indices, long bound)
    {
        _operation = operation;
        _indices = indices;
        _bound = bound;

        // Allocated once, so that the check before each computation allocates nothing.
        _copy = GC.AllocateUninitializedArray<byte>(checked((int)indices.ByteCount));
    }

    /// <summary>The tensor with the indices.</summary>
    public GgmlTensor Indices => _indices;

    /// <summary>Rejects indices from an operator whose results could be out of range.</summary>
    public static void RequireBounded(string operation, GgmlTensor indices, long bound)
    {
        GgmlTensor source = Source(indices);
        long most = source.Op switch
        {
            GgmlOp.None => 0,
            GgmlOp.ArgMax or GgmlOp.ArgSort or GgmlOp.TopK => source.Sources[0]!.Shape[0],
            _ => long.MaxValue,
        };
        OperandRules.Require(most <= bound, operation,
            $"the indices must be data, or results of ArgMax, ArgSort or TopK over rows of at most {bound}", indices, source);
        OperandRules.Require(source.Op != GgmlOp.None || source.ByteCount <= Array.MaxLength, operation,
            "the indices must be smaller than 2 GiB", indices);
    }

    /// <summary>Creates the guard of a node that selects rows by indices that are data; null for other nodes.</summary>
    public static IndexGuard? For(GgmlTensor node)
    {
        (string Name, GgmlTensor? Indices, long Bound) picked = node.Op switch
        {
            GgmlOp.GetRows => ("GetRows", node.Sources[1], node.Sources[0]!.Shape[1]),
            GgmlOp.GetRowsBack => ("GetRowsBack", node.Sources[1], node.Shape[1]),
            GgmlOp.SetRows => ("SetRows", node.Sources[1], node.Shape[1]),
            GgmlOp.MulMatId => ("MulMatId", node.Sources[2], node.Sources[0]!.Shape[2]),
            _ => default,
        };
        return picked.Indices is { } indices && Source(indices) is { Op: GgmlOp.None } data
            ? new IndexGuard(picked.Name, data, picked.Bound)
            : null;
    }

    /// <summary>Validates the indices.</summary>
    /// <exception cref="LlamaException">An index is out of range; the graph was not run.</exception>
    public void Check()
    {
        ggml_tensor* native = _indices.Native;
        fixed (byte* copy = _copy)
        {
            GgmlBuffers.ggml_backend_tensor_get(native, copy, 0, (nuint)_copy.Length);
            var values = new ReadOnlySpan<int>(copy, _copy.Length / sizeof(int));
            for (int i = 0; i < values.Length; i++)
            {
                if ((uint)values[i] >= (ulong)_bound)
                {
                    throw new LlamaException(
                        $"{_operation}: index {values[i]} at position {i} of {_indices} is outside {_bound} rows; the graph was not run.");
                }
            }
        }
    }

    /// <summary>The tensor whose values the given one contains, through operators that only move them.</summary>
    private static GgmlTensor Source(GgmlTensor indices)
    {
        GgmlTensor source = indices;
        while (source.Op.IsView() || source.Op is GgmlOp.Cont or GgmlOp.Dup
            || (source.Op == GgmlOp.Cpy && source.Sources[0]!.Type == GgmlType.I32 && source.Type == GgmlType.I32))
        {
            source = source.Sources[0]!;
        }

        return source;
    }
}
