using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Attention: masks, softmax and flash attention.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>softmax(a · scale + mask) along each row.</summary>
    /// <param name="a">The scores, [keys, queries, heads, batch].</param>
    /// <param name="mask">The mask, F32 or F16 [keys, queries or more, …], broadcast over dimensions 2 and 3; null for none.</param>
    /// <param name="scale">The scale of the scores.</param>
    /// <param name="maxBias">The maximum ALiBi bias (Press et al., 2022), from which the slope of each head is derived; 0 for none.</param>
    /// <exception cref="TensorLayoutException">The scores are not contiguous F32, or the mask has another shape.</exception>
    public GgmlTensor SoftMaxExt(GgmlTensor a, GgmlTensor? mask = null, float scale = 1, float maxBias = 0)
    {
        Enter(1, a, mask ?? a);
        Require(a.IsFloat32() && a.IsContiguous(), "SoftMaxExt", "the scores must be contiguous and f32", a, mask);
        RequireBias("SoftMaxExt", maxBias, mask);
        if (mask is not null)
        {
            Require(mask.IsFloat32Or16() && mask.IsContiguous(), "SoftMaxExt", "the mask must be contiguous and f32 or f16", a, mask);
            bool fits = mask.Shape[0] == a.Shape[0] && mask.Shape[1] >= a.Shape[1]
                && a.Shape[2] % mask.Shape[2] == 0 && a.Shape[3] % mask.Shape[3] == 0;
            Require(fits, "SoftMaxExt", "the mask must match the scores' keys and queries and be broadcastable over the rest", a, mask);
        }

        return Adopt(GgmlOperators.ggml_soft_max_ext(Handle, a.Native, mask is null ? null : mask.Native, scale, maxBias), a, mask);
    }

    /// <summary>The gradient of the scores of <see cref="SoftMaxExt"/>, computed from its result y and the gradient of y.</summary>
    /// <exception cref="TensorLayoutException">The tensors are not contiguous F32 of the same shape.</exception>
    public GgmlTensor SoftMaxExtBack(GgmlTensor gradient, GgmlTensor y, float scale = 1)
    {
        Enter(1, gradient, y);
        Require(gradient.IsFloat32() && y.IsFloat32() && gradient.Shape == y.Shape, "SoftMaxExtBack",
            "both must be f32 with the same shape", gradient, y);
        Require(gradient.IsContiguous() && y.IsContiguous(), "SoftMaxExtBack", "both must be contiguous", gradient, y);
        return Adopt(GgmlOperators.ggml_soft_max_ext_back(Handle, gradient.Native, y.Native, scale, 0), gradient, y);
    }

    /// <summary>
    /// Sets elements to negative infinity where the column exceeds the row by more than <paramref name="past"/>: the causal mask.
    /// </summary>
    /// <exception cref="TensorLayoutException">The tensor is not contiguous F32.</exception>
    public GgmlTensor DiagMaskInf(GgmlTensor a, int past)
    {
        EnterDiagonal("DiagMaskInf", a, past);
        return Adopt(GgmlOperators.ggml_diag_mask_inf(Handle, a.Native, past), a);
    }

    /// <summary>Sets elements to zero where the column exceeds the row by more than <paramref name="past"/>.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not contiguous F32.</exception>
    public GgmlTensor DiagMaskZero(GgmlTensor a, int past)
    {
        EnterDiagonal("DiagMaskZero", a, past);
        return Adopt(GgmlOperators.ggml_diag_mask_zero(Handle, a.Native, past), a);
    }

    /// <summary>
    /// Fused attention (Dao et al., "FlashAttention", 2022): softmax(q kᵀ · scale + mask) v, without storing the matrix of scores. In the
    /// result, queries and heads are swapped: F32 [value length, heads, queries, batch].
    /// </summary>
    /// <param name="q">The queries, F32 [key length, queries, heads, batch].</param>
    /// <param name="k">The keys, [key length, keys, key heads, batch]. May be quantized. Heads are broadcast (grouped-query
    /// attention).</param>
    /// <param name="v">The values, [value length, keys, value heads, batch]. May be quantized.</param>
    /// <param name="mask">The mask, F16 [keys, queries or more, …], broadcast over heads and batch; null for none.</param>
    /// <param name="scale">The scale of the scores, usually 1 / √(key length).</param>
    /// <param name="maxBias">The maximum ALiBi bias; 0 for none.</param>
    /// <param name="logitSoftcap">Limits scores to softcap · tanh(scores / softcap); 0 for none.</param>
    /// <exception cref="TensorLayoutException">A shape or type differs from the ones described.</exception>
    public GgmlTensor FlashAttnExt(GgmlTensor q, GgmlTensor k, GgmlTensor v, GgmlTensor? mask, float scale,
        float maxBias = 0, float logitSoftcap = 0)
    {
        Enter(1, q, k, v, mask ?? q);
        Require(q.IsFloat32() && CanMultiply(k.Type) && CanMultiply(v.Type), "FlashAttnExt",
            "the queries must be f32, and keys and values floats or quantized", q, k, v);
        Require(q.HasPackedRows() && k.HasPackedRows() && v.HasPackedRows(), "FlashAttnExt", "the rows must be packed", q, k, v);
        bool fits = q.Shape[0] == k.Shape[0] && k.Shape[1] == v.Shape[1] && q.Shape[2] % k.Shape[2] == 0
            && q.Shape[2] % v.Shape[2] == 0 && q.Shape[3] == k.Shape[3] && q.Shape[3] == v.Shape[3];
        Require(fits, "FlashAttnExt", "key length, keys and batch must match, and heads be broadcastable", q, k, v);
        RequireBias("FlashAttnExt", maxBias, mask);
        if (mask is not null)
        {
            bool masks = mask.Type == GgmlType.F16 && mask.IsContiguous() && mask.Shape[0] >= k.Shape[1] && mask.Shape[1] >= q.Shape[1]
                && q.Shape[2] % mask.Shape[2] == 0 && q.Shape[3] % mask.Shape[3] == 0;
            Require(masks, "FlashAttnExt",
                "the mask must be contiguous f16 [keys, queries or more] and broadcastable over the rest", q, k, v, mask);
        }

        return Adopt(GgmlOperators.ggml_flash_attn_ext(Handle, q.Native, k.Native, v.Native, mask is null ? null : mask.Native,
            scale, maxBias, logitSoftcap), q, k, v, mask);
    }

    private static void RequireBias(string operation, float maxBias, GgmlTensor? mask)
    {
        if (!float.IsFinite(maxBias) || maxBias < 0 || (maxBias > 0 && mask is null))
        {
            throw new ArgumentException($"{operation}: the bias {maxBias} must be finite and not negative, and requires a mask.",
                nameof(maxBias));
        }
    }

    private void EnterDiagonal(string operation, GgmlTensor a, int past)
    {
        Enter(1, a);
        ArgumentOutOfRangeException.ThrowIfNegative(past);
        Require(a.IsFloat32() && a.IsContiguous(), operation, "a must be contiguous and f32", a);
    }
}
