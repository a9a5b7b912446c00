using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Arithmetic of two tensors, and of a tensor and numbers.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>a + b, element-wise; b is broadcast to the shape of a.</summary>
    /// <exception cref="TensorLayoutException">b cannot be broadcast to a's shape, a's rows are not packed, or the types are
    /// incompatible.</exception>
    public GgmlTensor Add(GgmlTensor a, GgmlTensor b)
    {
        EnterArithmetic("Add", a, b);
        return Adopt(GgmlOperators.ggml_add(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>a - b, element-wise; b is broadcast to the shape of a.</summary>
    /// <exception cref="TensorLayoutException">b cannot be broadcast to a's shape, a's rows are not packed, or the types are
    /// incompatible.</exception>
    public GgmlTensor Sub(GgmlTensor a, GgmlTensor b)
    {
        EnterArithmetic("Sub", a, b);
        return Adopt(GgmlOperators.ggml_sub(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>a · b, element-wise; b is broadcast to the shape of a.</summary>
    /// <exception cref="TensorLayoutException">b cannot be broadcast to a's shape, a's rows are not packed, or the types are
    /// incompatible.</exception>
    public GgmlTensor Mul(GgmlTensor a, GgmlTensor b)
    {
        EnterArithmetic("Mul", a, b);
        return Adopt(GgmlOperators.ggml_mul(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>a / b, element-wise; b is broadcast to the shape of a.</summary>
    /// <exception cref="TensorLayoutException">b cannot be broadcast to a's shape, a's rows are not packed, or the types are
    /// incompatible.</exception>
    public GgmlTensor Div(GgmlTensor a, GgmlTensor b)
    {
        EnterArithmetic("Div", a, b);
        return Adopt(GgmlOperators.ggml_div(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>a + b, overwriting a's data. Used to accumulate gradients.</summary>
    /// <exception cref="TensorLayoutException">The conditions of <see cref="Add(GgmlTensor, GgmlTensor)"/> are not met, or a is
    /// read-only.</exception>
    public GgmlTensor AddInplace(GgmlTensor a, GgmlTensor b)
    {
        EnterArithmetic("AddInplace", a, b);
        Require(!a.IsReadOnly, "AddInplace", "the first operand is read-only", a);
        return Adopt(GgmlOperators.ggml_add_inplace(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>a · scale + bias.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not contiguous F32.</exception>
    public GgmlTensor Scale(GgmlTensor a, float scale, float bias = 0)
    {
        Enter(1, a);
        Require(a.IsFloat32() && a.IsContiguous() && a.IsPadded(), "Scale", "a must be contiguous and f32", a);
        return Adopt(GgmlOperators.ggml_scale_bias(Handle, a.Native, scale, bias), a);
    }

    /// <summary>
    /// Limits the values of a to the range from <paramref name="min"/> to <paramref name="max"/>; NaN becomes <paramref name="max"/>.
    /// </summary>
    /// <exception cref="TensorLayoutException">The tensor is not contiguous F32 or F16.</exception>
    public GgmlTensor Clamp(GgmlTensor a, float min, float max)
    {
        Enter(1, a);
        Require(a.IsFloat32Or16() && a.IsContiguous(), "Clamp", "a must be contiguous and f32 or f16", a);
        return min <= max
            ? Adopt(GgmlOperators.ggml_clamp(Handle, a.Native, min, max), a)
            : throw new ArgumentException($"Clamp: min ({min}) must not exceed max ({max}).");
    }

    /// <summary>A tensor of a's type and shape filled with one value.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not contiguous F32 or F16.</exception>
    public GgmlTensor Fill(GgmlTensor a, float value)
    {
        Enter(1, a);
        Require(a.IsFloat32Or16() && a.IsContiguous(), "Fill", "a must be contiguous and f32 or f16", a);
        return Adopt(GgmlOperators.ggml_fill(Handle, a.Native, value), a);
    }

    // binary-ops.cpp: the pairs of types that the CPU kernels support.
    private void EnterArithmetic(string operation, GgmlTensor a, GgmlTensor b)
    {
        Enter(1, a, b);
        bool types = a.Type == b.Type ? a.IsFloat() : b.Type == GgmlType.F32 && a.IsFloat();
        Require(types, operation, "both types must be the same of f32, f16 and bf16, or the second f32", a, b);
        Require(b.Layout.CanRepeatTo(a.Shape), operation, "the second must be broadcastable to the shape of the first", a, b);
        Require(a.HasPackedRows(), operation, "the rows of the first must be packed", a, b);
    }
}
