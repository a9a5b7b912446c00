using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>
/// Row selection by index. ggml aborts the process when an index is out of range, so indices that are data are validated before each
/// computation, and indices computed by an operator are accepted only if they cannot be out of range.
/// </content>
public sealed unsafe partial class TensorArena
{
    /// <summary>
    /// Selects rows of a by index: a [n, rows, …] and indices I32 [k, …] give [n, k, …] in F32, or in I32 if a is I32. a may be quantized.
    /// </summary>
    /// <exception cref="TensorLayoutException">The indices are not I32 with a's outer dimensions or could be out of range, or a's rows are
    /// not packed.</exception>
    public GgmlTensor GetRows(GgmlTensor a, GgmlTensor indices)
    {
        Enter(1, a, indices);
        Require(a.Type is GgmlType.F32 or GgmlType.I32 || CanDequantize(a.Type), "GetRows", "the type of a has no kernel", a, indices);
        Require(a.HasPackedRows(), "GetRows", "the rows must be packed", a, indices);
        bool fits = a.Shape[2] == indices.Shape[1] && a.Shape[3] == indices.Shape[2] && indices.Shape[3] == 1;
        Require(indices.Type == GgmlType.I32 && fits, "GetRows", "the indices must be i32 [k] for each matrix of a", a, indices);
        IndexGuard.RequireBounded("GetRows", indices, a.Shape[1]);
        return Adopt(GgmlOperators.ggml_get_rows(Handle, a.Native, indices.Native), a, indices);
    }

    /// <summary>
    /// The gradient of a in <see cref="GetRows"/>, a matrix of the shape of <paramref name="like"/>, computed from the gradient of its
    /// result. The gradients of a row selected more than once are summed.
    /// </summary>
    /// <exception cref="TensorLayoutException">The tensors are not matrices with the same row length, or the numbers of indices and
    /// gradient rows differ.</exception>
    public GgmlTensor GetRowsBack(GgmlTensor gradient, GgmlTensor indices, GgmlTensor like)
    {
        Enter(1, gradient, indices, like);
        Require(gradient.IsFloat32Or16() && gradient.HasPackedRows(), "GetRowsBack",
            "the gradient must be f32 or f16 with packed rows", gradient, indices, like);
        bool named = indices.Type == GgmlType.I32 && indices.IsVector() && indices.IsContiguous() && indices.Shape[0] == gradient.Shape[1];
        Require(named, "GetRowsBack", "the indices must be contiguous i32, one for each row of the gradient", gradient, indices, like);
        Require(gradient.IsMatrix() && like.IsMatrix() && gradient.Shape[0] == like.Shape[0], "GetRowsBack",
            "both must be matrices with the same row length", gradient, indices, like);
        IndexGuard.RequireBounded("GetRowsBack", indices, like.Shape[1]);
        return Adopt(GgmlOperators.ggml_get_rows_back(Handle, gradient.Native, indices.Native, like.Native), gradient, indices);
    }

    /// <summary>
    /// Overwrites the rows of a selected by the indices with the rows of b, converting to a's type. The result is a view of a.
    /// </summary>
    /// <exception cref="TensorLayoutException">Row lengths differ, the indices do not match b, there is no kernel for the types, or a is
    /// read-only.</exception>
    public GgmlTensor SetRows(GgmlTensor a, GgmlTensor b, GgmlTensor indices)
    {
        Enter(1, a, b, indices);
        Require(!a.IsReadOnly && CanWriteRows(a.Type), "SetRows",
            "the first must be writable and of a type with a kernel for writing rows", a, b, indices);
        Require(b.IsFloat32Or16() && a.HasPackedRows() && b.HasPackedRows(), "SetRows",
            "the second must be f32 or f16, and both must have packed rows", a, b, indices);
        bool fits = a.Shape[0] == b.Shape[0] && a.Shape[2] == b.Shape[2] && a.Shape[3] == b.Shape[3] && b.Shape[1] == indices.Shape[0]
            && b.Shape[2] % indices.Shape[1] == 0 && b.Shape[3] % indices.Shape[2] == 0 && indices.Shape[3] == 1;
        Require(indices.Type == GgmlType.I32 && fits, "SetRows",
            "the indices must be i32, one for each row of the second, and the other dimensions must match", a, b, indices);
        IndexGuard.RequireBounded("SetRows", indices, a.Shape[1]);

        // ggml's order of the operands: rows, indices, destination.
        return Adopt(GgmlOperators.ggml_set_rows(Handle, a.Native, b.Native, indices.Native), b, indices, a);
    }
}
