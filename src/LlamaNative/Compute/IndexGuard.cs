using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// Looks at index tensors before a graph runs: ggml ends the process when an index leaves the rows it names, and
/// GetRowsBack does not even look. Which operators can make an index is settled when the graph is built; the values
/// of those that are data are known only now.
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

        // Made once, so that the look before each computation allocates nothing.
        _copy = GC.AllocateUninitializedArray<byte>(checked((int)indices.ByteCount));
    }

    /// <summary>The tensor whose data is looked at.</summary>
    public GgmlTensor Indices => _indices;

    /// <summary>Refuses indices that come from an operator whose results might leave the rows.</summary>
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
            $"the indices must be data, or places in rows of at most {bound} that ArgMax, ArgSort or TopK found", indices, source);
        OperandRules.Require(source.Op != GgmlOp.None || source.ByteCount <= Array.MaxLength, operation,
            "there are more indices than can be looked at", indices);
    }

    /// <summary>The guard of a node that picks rows by indices that are data; null for all others.</summary>
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

    /// <summary>Looks at the values.</summary>
    /// <exception cref="LlamaException">An index leaves the rows; the graph was not run.</exception>
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
                        $"{_operation}: index {values[i]} at place {i} of {_indices} is not one of {_bound} rows; the graph was not run.");
                }
            }
        }
    }

    /// <summary>Where values come from that only change their place on the way.</summary>
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
