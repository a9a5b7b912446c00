using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Matrix products.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>
    /// The product of b's rows with a's rows: a [k, m], b [k, n] give F32 [m, n], result[i, j] = Σ a[·, i] b[·, j].
    /// In mathematics' order this is b aᵀ. Dimensions 2 and 3 of a are repeated to b's. a may be quantized.
    /// </summary>
    /// <exception cref="TensorLayoutException">Rows of different length, or dimensions 2 and 3 that do not repeat; a transposed; or b not
    /// F32 (or a's own F16, BF16).</exception>
    public GgmlTensor MulMat(GgmlTensor a, GgmlTensor b)
    {
        Enter(1, a, b);
        Require(a.Shape[0] == b.Shape[0], "MulMat", "the rows of both must have one length", a, b);
        Require(b.Shape[2] % a.Shape[2] == 0 && b.Shape[3] % a.Shape[3] == 0, "MulMat",
            "dimensions 2 and 3 of the first must repeat to the second's", a, b);
        RequireFactor("MulMat", a, b);
        Require(b.IsFloat32() || (a.Type == b.Type && b.IsFloat()), "MulMat", "the second must be f32, or both f16 or bf16", a, b);
        Require(b.HasPackedRows(), "MulMat", "the rows of the second must be packed", a, b);
        return Adopt(GgmlOperators.ggml_mul_mat(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>
    /// Mixture of experts: experts [k, m, e], b [k, u or 1, n] and ids I32 [u, n] give F32 [m, u, n], where
    /// result[·, i, j] is the product of expert ids[i, j] with b[·, i, j].
    /// </summary>
    /// <exception cref="TensorLayoutException">Shapes other than these, or ids that come from an operator and might leave the
    /// experts.</exception>
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
    /// The sum of outer products of rows: a [m, k], b [n, k] give F32 [m, n], result[i, j] = Σ a[i, ·] b[j, ·];
    /// b may be transposed. Dimensions 2 and 3 of an F32 a are repeated to b's.
    /// </summary>
    /// <exception cref="TensorLayoutException">Different numbers of rows, dimensions 2 and 3 that do not fit, a transposed, or b not
    /// F32.</exception>
    public GgmlTensor OutProd(GgmlTensor a, GgmlTensor b)
    {
        Enter(1, a, b);
        Require(a.Shape[1] == b.Shape[1], "OutProd", "both must have one number of rows", a, b);
        bool repeats = a.IsFloat32()
            ? b.Shape[2] % a.Shape[2] == 0 && b.Shape[3] % a.Shape[3] == 0
            : b.Shape[2] == a.Shape[2] && b.Shape[3] == a.Shape[3];
        Require(repeats, "OutProd", "dimensions 2 and 3 of an f32 first must repeat to the second's, of another type be the same", a, b);
        RequireFactor("OutProd", a, b);
        Require(b.IsFloat32() && a.Type != GgmlType.BF16, "OutProd", "the second must be f32 and the first not bf16", a, b);
        return Adopt(GgmlOperators.ggml_out_prod(Handle, a.Native, b.Native), a, b);
    }

    private static void RequireFactor(string operation, GgmlTensor a, GgmlTensor b)
    {
        Require(CanMultiply(a.Type), operation, "the first has no kernel for products", a, b);
        Require(a.HasPackedRows() && !a.Layout.IsTransposed, operation, "the first must have packed rows and not be transposed", a, b);
    }
}
