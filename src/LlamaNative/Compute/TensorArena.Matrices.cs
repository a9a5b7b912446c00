using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Matrix products.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>
    /// The matrix product of a and b: a [k, m] and b [k, n] give F32 [m, n] with result[i, j] = Σ a[·, i] b[·, j]. In mathematical notation
    /// this is b aᵀ. Dimensions 2 and 3 of a are broadcast to b's. a may be quantized.
    /// </summary>
    /// <exception cref="TensorLayoutException">Row lengths differ, dimensions 2 and 3 cannot be broadcast, a is transposed, or b is neither
    /// F32 nor of a's type F16 or BF16.</exception>
    public GgmlTensor MulMat(GgmlTensor a, GgmlTensor b)
    {
        Enter(1, a, b);
        Require(a.Shape[0] == b.Shape[0], "MulMat", "the rows of both must have the same length", a, b);
        Require(b.Shape[2] % a.Shape[2] == 0 && b.Shape[3] % a.Shape[3] == 0, "MulMat",
            "dimensions 2 and 3 of the first must be broadcastable to the second's", a, b);
        RequireFactor("MulMat", a, b);
        Require(b.IsFloat32() || (a.Type == b.Type && b.IsFloat()), "MulMat", "the second must be f32, or both f16 or bf16", a, b);
        Require(b.HasPackedRows(), "MulMat", "the rows of the second must be packed", a, b);
        return Adopt(GgmlOperators.ggml_mul_mat(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>
    /// The product for a mixture of experts: experts [k, m, e], b [k, u or 1, n] and ids I32 [u, n] give F32 [m, u, n], where result[·, i,
    /// j] is the product of expert ids[i, j] and b[·, i, j].
    /// </summary>
    /// <exception cref="TensorLayoutException">A shape differs from the ones described, or ids are computed by an operator and could be out
    /// of range.</exception>
    public GgmlTensor MulMatId(GgmlTensor experts, GgmlTensor b, GgmlTensor ids)
    {
        Enter(1, experts, b, ids);
        bool shapes = experts.Shape[3] == 1 && b.Shape[3] == 1 && ids.IsMatrix() && ids.Shape[1] == b.Shape[2]
            && experts.Shape[0] == b.Shape[0] && ids.Shape[0] % b.Shape[1] == 0;
        Require(shapes, "MulMatId", "the shapes must be [k, m, e], [k, u or 1, n] and [u, n]", experts, b, ids);
        RequireFactor("MulMatId", experts, b);
        Require(b.IsFloat32() && b.HasPackedRows(), "MulMatId", "the second must be f32 with packed rows", experts, b, ids);
        Require(ids.Type == GgmlType.I32, "MulMatId", "the ids must be i32", experts, b, ids);
        IndexGuard.RequireBounded("MulMatId", ids, experts.Shape[2]);
        return Adopt(GgmlOperators.ggml_mul_mat_id(Handle, experts.Native, b.Native, ids.Native), experts, b, ids);
    }

    /// <summary>
    /// The sum of the outer products of rows: a [m, k] and b [n, k] give F32 [m, n] with result[i, j] = Σ a[i, ·] b[j, ·]. b may be
    /// transposed. Dimensions 2 and 3 of an F32 a are broadcast to b's.
    /// </summary>
    /// <exception cref="TensorLayoutException">Numbers of rows differ, dimensions 2 and 3 cannot be broadcast, a is transposed, or b is not
    /// F32.</exception>
    public GgmlTensor OutProd(GgmlTensor a, GgmlTensor b)
    {
        Enter(1, a, b);
        Require(a.Shape[1] == b.Shape[1], "OutProd", "both must have the same number of rows", a, b);
        bool repeats = a.IsFloat32()
            ? b.Shape[2] % a.Shape[2] == 0 && b.Shape[3] % a.Shape[3] == 0
            : b.Shape[2] == a.Shape[2] && b.Shape[3] == a.Shape[3];
        Require(repeats, "OutProd", "dimensions 2 and 3 must match, or be broadcastable if the first is f32", a, b);
        RequireFactor("OutProd", a, b);
        Require(b.IsFloat32() && a.Type != GgmlType.BF16, "OutProd", "the second must be f32 and the first not bf16", a, b);
        return Adopt(GgmlOperators.ggml_out_prod(Handle, a.Native, b.Native), a, b);
    }

    private static void RequireFactor(string operation, GgmlTensor a, GgmlTensor b)
    {
        Require(CanMultiply(a.Type), operation, "there is no product kernel for the type of the first", a, b);
        Require(a.HasPackedRows() && !a.Layout.IsTransposed, operation, "the first must have packed rows and not be transposed", a, b);
    }
}
