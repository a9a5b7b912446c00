using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>
/// Picking rows by index. ggml ends the process at an index outside the rows, so indices that are data are looked at
/// before each computation, and indices that an operator makes are taken only from those that cannot leave the rows.
/// </content>
public sealed unsafe partial class TensorArena
{
    /// <summary>
    /// The rows of a named by indices: a [n, rows, …], indices I32 [k, …] give [n, k, …], F32 (I32 for an I32 a). a may be quantized.
    /// </summary>
    /// <exception cref="TensorLayoutException">Indices that are not I32 of a's outer dimensions, come from an operator that may leave the
    /// rows, or an a without packed rows.</exception>
    public GgmlTensor GetRows(GgmlTensor a, GgmlTensor indices)
    {
        Enter(1, a, indices);
        Require(a.Type is GgmlType.F32 or GgmlType.I32 || CanDequantize(a.Type), "GetRows", "a has no kernel for rows", a, indices);
        Require(a.HasPackedRows(), "GetRows", "the rows must be packed", a, indices);
        bool fits = a.Shape[2] == indices.Shape[1] && a.Shape[3] == indices.Shape[2] && indices.Shape[3] == 1;
        Require(indices.Type == GgmlType.I32 && fits, "GetRows", "the indices must be i32 [k] for each matrix of a", a, indices);
        IndexGuard.RequireBounded("GetRows", indices, a.Shape[1]);
        return Adopt(GgmlOperators.ggml_get_rows(Handle, a.Native, indices.Native), a, indices);
    }

    /// <summary>
    /// The gradient of <see cref="GetRows"/>'s a, a matrix like <paramref name="like"/>, given the gradient of its result; rows named twice
    /// add up.
    /// </summary>
    /// <exception cref="TensorLayoutException">Not matrices of one row length, or not one gradient row for each index.</exception>
    public GgmlTensor GetRowsBack(GgmlTensor gradient, GgmlTensor indices, GgmlTensor like)
    {
        Enter(1, gradient, indices, like);
        Require(gradient.IsFloat32Or16() && gradient.HasPackedRows(), "GetRowsBack",
            "the gradient must be f32 or f16 with packed rows", gradient, indices, like);
        bool named = indices.Type == GgmlType.I32 && indices.IsVector() && indices.IsContiguous() && indices.Shape[0] == gradient.Shape[1];
        Require(named, "GetRowsBack", "the indices must be contiguous i32, one for each row of the gradient", gradient, indices, like);
        Require(gradient.IsMatrix() && like.IsMatrix() && gradient.Shape[0] == like.Shape[0], "GetRowsBack",
            "both must be matrices with rows of one length", gradient, indices, like);
        IndexGuard.RequireBounded("GetRowsBack", indices, like.Shape[1]);
        return Adopt(GgmlOperators.ggml_get_rows_back(Handle, gradient.Native, indices.Native, like.Native), gradient, indices);
    }

    /// <summary>Writes the rows of b over those of a that the indices name, converting to a's type; the result is a itself.</summary>
    /// <exception cref="TensorLayoutException">Rows of another length, indices that do not fit, types without a kernel, or a read-only
    /// a.</exception>
    public GgmlTensor SetRows(GgmlTensor a, GgmlTensor b, GgmlTensor indices)
    {
        Enter(1, a, b, indices);
        Require(!a.IsReadOnly && CanWriteRows(a.Type), "SetRows",
            "the first must be writable and have a kernel for writing rows", a, b, indices);
        Require(b.IsFloat32Or16() && a.HasPackedRows() && b.HasPackedRows(), "SetRows",
            "the second must be f32 or f16, and the rows of both packed", a, b, indices);
        bool fits = a.Shape[0] == b.Shape[0] && a.Shape[2] == b.Shape[2] && a.Shape[3] == b.Shape[3] && b.Shape[1] == indices.Shape[0]
            && b.Shape[2] % indices.Shape[1] == 0 && b.Shape[3] % indices.Shape[2] == 0 && indices.Shape[3] == 1;
        Require(indices.Type == GgmlType.I32 && fits, "SetRows",
            "the indices must be i32, one for each row of the second, and the rest agree", a, b, indices);
        IndexGuard.RequireBounded("SetRows", indices, a.Shape[1]);

        // ggml's own order of the sources: rows, indices, destination.
        return Adopt(GgmlOperators.ggml_set_rows(Handle, a.Native, b.Native, indices.Native), b, indices, a);
    }
}
