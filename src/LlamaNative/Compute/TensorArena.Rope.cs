using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Rotary position embedding.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>Rotates the rows of a by their positions; see <see cref="RopeParameters"/>.</summary>
    /// <param name="a">F32 or F16 [row, heads, tokens, batch]; the row length must be even.</param>
    /// <param name="positions">The positions, contiguous I32 [tokens].</param>
    /// <param name="parameters">The elements and angles of the rotation.</param>
    /// <param name="frequencyFactors">A divisor for each pair of a row, contiguous F32; null for none.</param>
    /// <exception cref="TensorLayoutException">A shape or type differs from the ones described.</exception>
    public GgmlTensor RopeExt(GgmlTensor a, GgmlTensor positions, RopeParameters parameters, GgmlTensor? frequencyFactors = null)
    {
        EnterRope("RopeExt", a, positions, parameters, frequencyFactors);
        ggml_tensor* factors = frequencyFactors is null ? null : frequencyFactors.Native;
        return Adopt(
            GgmlOperators.ggml_rope_ext(
                Handle, a.Native, positions.Native, factors, parameters.DimensionCount, (int)parameters.Mode,
                parameters.OriginalContextLength, parameters.FrequencyBase,
                parameters.FrequencyScale, parameters.ExtrapolationFactor, parameters.AttentionFactor,
                parameters.BetaFast, parameters.BetaSlow),
            a, positions, frequencyFactors);
    }

    /// <summary>The gradient of a in <see cref="RopeExt"/>, computed from the gradient of its result: the inverse rotation.</summary>
    /// <exception cref="TensorLayoutException">A shape or type differs from the ones described for <see cref="RopeExt"/>.</exception>
    public GgmlTensor RopeExtBack(GgmlTensor gradient, GgmlTensor positions, RopeParameters parameters, GgmlTensor? frequencyFactors = null)
    {
        EnterRope("RopeExtBack", gradient, positions, parameters, frequencyFactors);
        ggml_tensor* factors = frequencyFactors is null ? null : frequencyFactors.Native;
        return Adopt(
            GgmlOperators.ggml_rope_ext_back(
                Handle, gradient.Native, positions.Native, factors, parameters.DimensionCount, (int)parameters.Mode,
                parameters.OriginalContextLength, parameters.FrequencyBase,
                parameters.FrequencyScale, parameters.ExtrapolationFactor, parameters.AttentionFactor,
                parameters.BetaFast, parameters.BetaSlow),
            gradient, positions, frequencyFactors);
    }

    private void EnterRope(string operation, GgmlTensor a, GgmlTensor positions, RopeParameters parameters, GgmlTensor? factors)
    {
        Enter(1, a, positions, factors ?? a);
        ArgumentNullException.ThrowIfNull(parameters);
        Require(a.IsFloat32Or16() && a.HasPackedRows(), operation, "a must be f32 or f16 with packed rows", a);
        bool dimensions = parameters.DimensionCount >= 2 && parameters.DimensionCount % 2 == 0 && parameters.DimensionCount <= a.Shape[0];
        Require(dimensions && a.Shape[0] % 2 == 0, operation, $"DimensionCount {parameters.DimensionCount} and row length must be even", a);
        bool placed = positions.Type == GgmlType.I32 && positions.IsVector() && positions.IsContiguous()
            && positions.Shape[0] == a.Shape[2];
        Require(placed, operation, "the positions must be contiguous i32, one for each of a's dimension 2", a, positions);

        // The kernel reads a factor for every pair of the row, including pairs that are not rotated.
        bool divided = factors is null
            || (factors.IsFloat32() && factors.IsContiguous() && factors.IsVector() && factors.Shape[0] >= a.Shape[0] / 2);
        Require(divided, operation, "the frequency factors must be contiguous f32, one for each pair of a row", a, factors);
        if (parameters.Mode is not (RopeMode.Normal or RopeMode.Neox) || !(parameters.FrequencyBase > 0)
            || !(parameters.FrequencyScale > 0))
        {
            throw new ArgumentException($"{operation}: {parameters} must have a known mode, and a base and a scale above 0.",
                nameof(parameters));
        }
    }
}
