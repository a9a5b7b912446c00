using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Row normalisation. The result has the shape of the operand and is not multiplied by a weight.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>x / √(mean(x²) + eps) along each row (Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019).</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 with packed rows.</exception>
    public GgmlTensor RmsNorm(GgmlTensor a, float eps)
    {
        EnterNorm("RmsNorm", a, eps);
        return Adopt(GgmlOperators.ggml_rms_norm(Handle, a.Native, eps), a);
    }

    /// <summary>The gradient of <see cref="RmsNorm"/> at x, computed from the gradient of its result.</summary>
    /// <exception cref="TensorLayoutException">The tensors are not F32 with packed rows and the same shape.</exception>
    public GgmlTensor RmsNormBack(GgmlTensor gradient, GgmlTensor x, float eps)
    {
        EnterNorm("RmsNormBack", gradient, eps);
        EnterNorm("RmsNormBack", x, eps);
        Require(gradient.Shape == x.Shape, "RmsNormBack", "both must have the same shape", gradient, x);
        return Adopt(GgmlOperators.ggml_rms_norm_back(Handle, gradient.Native, x.Native, eps), gradient, x);
    }

    /// <summary>(x - mean) / √(variance + eps) along each row (Ba et al., "Layer Normalization", 2016).</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 with packed rows.</exception>
    public GgmlTensor Norm(GgmlTensor a, float eps)
    {
        EnterNorm("Norm", a, eps);
        return Adopt(GgmlOperators.ggml_norm(Handle, a.Native, eps), a);
    }

    /// <summary>x / max(|x|₂, eps) along each row.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 with packed rows.</exception>
    public GgmlTensor L2Norm(GgmlTensor a, float eps)
    {
        EnterNorm("L2Norm", a, eps);
        return Adopt(GgmlOperators.ggml_l2_norm(Handle, a.Native, eps), a);
    }

    /// <summary>Applies <see cref="Norm"/> over dimensions 0 and 1 and groups of dimension 2.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 with packed rows, or the number of groups is not between 1 and
    /// dimension 2.</exception>
    public GgmlTensor GroupNorm(GgmlTensor a, int groups, float eps)
    {
        EnterNorm("GroupNorm", a, eps);
        Require(groups >= 1 && groups <= a.Shape[2], "GroupNorm", $"the number of groups ({groups}) must be between 1 and dimension 2", a);
        return Adopt(GgmlOperators.ggml_group_norm(Handle, a.Native, groups, eps), a);
    }

    private void EnterNorm(string operation, GgmlTensor a, float eps)
    {
        EnterElementwise(operation, a, a?.IsFloat32() == true);
        if (!float.IsFinite(eps) || eps < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(eps), eps, "The epsilon must be finite and not negative.");
        }
    }
}
