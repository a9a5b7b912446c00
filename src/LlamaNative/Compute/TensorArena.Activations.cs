using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Gated linear units (Shazeer, "GLU Variants Improve Transformer", 2020) and leaky activations.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>silu(gate) · up, with gate and up the first and second half of each row (the other way round if swapped).</summary>
    /// <exception cref="TensorLayoutException">Not F32 or F16, an odd row, or rows with uneven gaps.</exception>
    public GgmlTensor Swiglu(GgmlTensor a, bool swapped = false) => Glu("Swiglu", a, GgmlGluOp.Swiglu, swapped);

    /// <summary>gelu(gate) · up, with gate and up the halves of each row.</summary>
    /// <exception cref="TensorLayoutException">Not F32 or F16, an odd row, or rows with uneven gaps.</exception>
    public GgmlTensor Geglu(GgmlTensor a, bool swapped = false) => Glu("Geglu", a, GgmlGluOp.Geglu, swapped);

    /// <summary>relu(gate) · up, with gate and up the halves of each row.</summary>
    /// <exception cref="TensorLayoutException">Not F32 or F16, an odd row, or rows with uneven gaps.</exception>
    public GgmlTensor Reglu(GgmlTensor a, bool swapped = false) => Glu("Reglu", a, GgmlGluOp.Reglu, swapped);

    /// <summary>silu(gate) · up.</summary>
    /// <exception cref="TensorLayoutException">Not F32 or F16, different types or shapes, or rows with uneven gaps.</exception>
    public GgmlTensor SwigluSplit(GgmlTensor gate, GgmlTensor up) => GluSplit("SwigluSplit", gate, up, GgmlGluOp.Swiglu);

    /// <summary>gelu(gate) · up.</summary>
    /// <exception cref="TensorLayoutException">Not F32 or F16, different types or shapes, or rows with uneven gaps.</exception>
    public GgmlTensor GegluSplit(GgmlTensor gate, GgmlTensor up) => GluSplit("GegluSplit", gate, up, GgmlGluOp.Geglu);

    /// <summary>relu(gate) · up.</summary>
    /// <exception cref="TensorLayoutException">Not F32 or F16, different types or shapes, or rows with uneven gaps.</exception>
    public GgmlTensor RegluSplit(GgmlTensor gate, GgmlTensor up) => GluSplit("RegluSplit", gate, up, GgmlGluOp.Reglu);

    /// <summary>a above 0, else a · slope.</summary>
    /// <exception cref="TensorLayoutException">Not a contiguous F32 or F16 tensor.</exception>
    public GgmlTensor LeakyRelu(GgmlTensor a, float slope)
    {
        Enter(1, a);
        Require(a.IsFloat32Or16() && a.IsContiguous(), "LeakyRelu", "a must be contiguous and f32 or f16", a);
        return Adopt(GgmlOperators.ggml_leaky_relu(Handle, a.Native, slope, inplace: false), a);
    }

    /// <summary>The gradient of <see cref="Silu"/> at x, given the gradient of its result.</summary>
    /// <exception cref="TensorLayoutException">Not contiguous F32 or F16 tensors of one type and shape.</exception>
    public GgmlTensor SiluBack(GgmlTensor gradient, GgmlTensor x)
    {
        Enter(1, gradient, x);
        Require(gradient.IsFloat32Or16() && gradient.Type == x.Type && gradient.Shape == x.Shape, "SiluBack",
            "both must be f32 or f16 and of one shape", gradient, x);
        Require(gradient.IsContiguous() && x.IsContiguous(), "SiluBack", "both must be contiguous", gradient, x);
        return Adopt(GgmlOperators.ggml_silu_back(Handle, gradient.Native, x.Native), gradient, x);
    }

    private GgmlTensor Glu(string operation, GgmlTensor a, GgmlGluOp op, bool swapped)
    {
        Enter(1, a);
        Require(a.IsFloat32Or16() && a.HasEvenRows(), operation, "a must be f32 or f16 with even rows", a);
        Require(a.Shape[0] % 2 == 0, operation, "a row must have two halves", a);
        return Adopt(GgmlOperators.ggml_glu(Handle, a.Native, op, swapped), a);
    }

    private GgmlTensor GluSplit(string operation, GgmlTensor gate, GgmlTensor up, GgmlGluOp op)
    {
        Enter(1, gate, up);
        Require(gate.IsFloat32Or16() && gate.Type == up.Type && gate.Shape == up.Shape, operation,
            "both must be f32 or f16 and of one shape", gate, up);
        Require(gate.HasEvenRows() && up.HasEvenRows(), operation, "both must have even rows", gate, up);
        return Adopt(GgmlOperators.ggml_glu_split(Handle, gate.Native, up.Native, op), gate, up);
    }
}
