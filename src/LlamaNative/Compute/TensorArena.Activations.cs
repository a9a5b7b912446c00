using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Gated linear units (Shazeer, "GLU Variants Improve Transformer", 2020) and leaky activations.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>
    /// silu(gate) · up, where gate and up are the first and second half of each row (vice versa if <paramref name="swapped"/>).
    /// </summary>
    /// <exception cref="TensorLayoutException">The type is not F32 or F16, the row length is odd, or rows are not equally
    /// spaced.</exception>
    public GgmlTensor Swiglu(GgmlTensor a, bool swapped = false) => Glu("Swiglu", a, GgmlGluOp.Swiglu, swapped);

    /// <summary>
    /// gelu(gate) · up, where gate and up are the first and second half of each row (vice versa if <paramref name="swapped"/>).
    /// </summary>
    /// <exception cref="TensorLayoutException">The type is not F32 or F16, the row length is odd, or rows are not equally
    /// spaced.</exception>
    public GgmlTensor Geglu(GgmlTensor a, bool swapped = false) => Glu("Geglu", a, GgmlGluOp.Geglu, swapped);

    /// <summary>
    /// relu(gate) · up, where gate and up are the first and second half of each row (vice versa if <paramref name="swapped"/>).
    /// </summary>
    /// <exception cref="TensorLayoutException">The type is not F32 or F16, the row length is odd, or rows are not equally
    /// spaced.</exception>
    public GgmlTensor Reglu(GgmlTensor a, bool swapped = false) => Glu("Reglu", a, GgmlGluOp.Reglu, swapped);

    /// <summary>silu(gate) · up.</summary>
    /// <exception cref="TensorLayoutException">The type is not F32 or F16, types or shapes differ, or rows are not equally
    /// spaced.</exception>
    public GgmlTensor SwigluSplit(GgmlTensor gate, GgmlTensor up) => GluSplit("SwigluSplit", gate, up, GgmlGluOp.Swiglu);

    /// <summary>gelu(gate) · up.</summary>
    /// <exception cref="TensorLayoutException">The type is not F32 or F16, types or shapes differ, or rows are not equally
    /// spaced.</exception>
    public GgmlTensor GegluSplit(GgmlTensor gate, GgmlTensor up) => GluSplit("GegluSplit", gate, up, GgmlGluOp.Geglu);

    /// <summary>relu(gate) · up.</summary>
    /// <exception cref="TensorLayoutException">The type is not F32 or F16, types or shapes differ, or rows are not equally
    /// spaced.</exception>
    public GgmlTensor RegluSplit(GgmlTensor gate, GgmlTensor up) => GluSplit("RegluSplit", gate, up, GgmlGluOp.Reglu);

    /// <summary>a if a is above 0, otherwise a · slope.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not contiguous F32 or F16.</exception>
    public GgmlTensor LeakyRelu(GgmlTensor a, float slope)
    {
        Enter(1, a);
        Require(a.IsFloat32Or16() && a.IsContiguous(), "LeakyRelu", "a must be contiguous and f32 or f16", a);
        return Adopt(GgmlOperators.ggml_leaky_relu(Handle, a.Native, slope, inplace: false), a);
    }

    /// <summary>The gradient of <see cref="Silu"/> at x, computed from the gradient of its result.</summary>
    /// <exception cref="TensorLayoutException">The tensors are not contiguous F32 or F16 of the same type and shape.</exception>
    public GgmlTensor SiluBack(GgmlTensor gradient, GgmlTensor x)
    {
        Enter(1, gradient, x);
        Require(gradient.IsFloat32Or16() && gradient.Type == x.Type && gradient.Shape == x.Shape, "SiluBack",
            "both must be f32 or f16 with the same type and shape", gradient, x);
        Require(gradient.IsContiguous() && x.IsContiguous(), "SiluBack", "both must be contiguous", gradient, x);
        return Adopt(GgmlOperators.ggml_silu_back(Handle, gradient.Native, x.Native), gradient, x);
    }

    private GgmlTensor Glu(string operation, GgmlTensor a, GgmlGluOp op, bool swapped)
    {
        Enter(1, a);
        Require(a.IsFloat32Or16() && a.HasEvenRows(), operation, "a must be f32 or f16 with equally spaced rows", a);
        Require(a.Shape[0] % 2 == 0, operation, "the row length must be even", a);
        return Adopt(GgmlOperators.ggml_glu(Handle, a.Native, op, swapped), a);
    }

    private GgmlTensor GluSplit(string operation, GgmlTensor gate, GgmlTensor up, GgmlGluOp op)
    {
        Enter(1, gate, up);
        Require(gate.IsFloat32Or16() && gate.Type == up.Type && gate.Shape == up.Shape, operation,
            "both must be f32 or f16 with the same type and shape", gate, up);
        Require(gate.HasEvenRows() && up.HasEvenRows(), operation, "both must have equally spaced rows", gate, up);
        return Adopt(GgmlOperators.ggml_glu_split(Handle, gate.Native, up.Native, op), gate, up);
    }
}
