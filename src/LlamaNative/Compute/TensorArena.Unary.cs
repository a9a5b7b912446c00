using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Element-wise operators with one operand. The result has the operand's shape and type.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>a².</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Sqr(GgmlTensor a)
    {
        EnterElementwise("Sqr", a, a?.IsFloat() == true);
        return Adopt(GgmlOperators.ggml_sqr(Handle, a!.Native), a);
    }

    /// <summary>√a.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Sqrt(GgmlTensor a)
    {
        EnterElementwise("Sqrt", a, a?.IsFloat() == true);
        return Adopt(GgmlOperators.ggml_sqrt(Handle, a!.Native), a);
    }

    /// <summary>The natural logarithm of a.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Log(GgmlTensor a)
    {
        EnterElementwise("Log", a, a?.IsFloat() == true);
        return Adopt(GgmlOperators.ggml_log(Handle, a!.Native), a);
    }

    /// <summary>sin a.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Sin(GgmlTensor a)
    {
        EnterElementwise("Sin", a, a?.IsFloat() == true);
        return Adopt(GgmlOperators.ggml_sin(Handle, a!.Native), a);
    }

    /// <summary>cos a.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Cos(GgmlTensor a)
    {
        EnterElementwise("Cos", a, a?.IsFloat() == true);
        return Adopt(GgmlOperators.ggml_cos(Handle, a!.Native), a);
    }

    /// <summary>|a|.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Abs(GgmlTensor a) => Unary("Abs", a, GgmlUnaryOp.Abs, a?.IsFloat() == true);

    /// <summary>The sign of a: -1, 0 or 1.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Sgn(GgmlTensor a) => Unary("Sgn", a, GgmlUnaryOp.Sgn, a?.IsFloat() == true);

    /// <summary>-a.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Neg(GgmlTensor a) => Unary("Neg", a, GgmlUnaryOp.Neg, a?.IsFloat() == true);

    /// <summary>1 where a is above 0, otherwise 0.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Step(GgmlTensor a) => Unary("Step", a, GgmlUnaryOp.Step, a?.IsFloat() == true);

    /// <summary>tanh a.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Tanh(GgmlTensor a) => Unary("Tanh", a, GgmlUnaryOp.Tanh, a?.IsFloat() == true);

    /// <summary>a where a is above 0, otherwise exp(a) - 1.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Elu(GgmlTensor a) => Unary("Elu", a, GgmlUnaryOp.Elu, a?.IsFloat() == true);

    /// <summary>max(a, 0).</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Relu(GgmlTensor a) => Unary("Relu", a, GgmlUnaryOp.Relu, a?.IsFloat() == true);

    /// <summary>1 / (1 + exp(-a)).</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Sigmoid(GgmlTensor a) => Unary("Sigmoid", a, GgmlUnaryOp.Sigmoid, a?.IsFloat() == true);

    /// <summary>exp a.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Exp(GgmlTensor a) => Unary("Exp", a, GgmlUnaryOp.Exp, a?.IsFloat() == true);

    /// <summary>exp(a) - 1.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Expm1(GgmlTensor a) => Unary("Expm1", a, GgmlUnaryOp.Expm1, a?.IsFloat() == true);

    /// <summary>log(1 + exp a).</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Softplus(GgmlTensor a) => Unary("Softplus", a, GgmlUnaryOp.Softplus, a?.IsFloat() == true);

    /// <summary>a Φ(a) in the tanh approximation (Hendrycks and Gimpel, 2016).</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 or F16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Gelu(GgmlTensor a) => Unary("Gelu", a, GgmlUnaryOp.Gelu, a?.IsFloat32Or16() == true);

    /// <summary>a Φ(a) with the error function.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 or F16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor GeluErf(GgmlTensor a) => Unary("GeluErf", a, GgmlUnaryOp.GeluErf, a?.IsFloat32Or16() == true);

    /// <summary>a · sigmoid(1.702 a).</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 or F16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor GeluQuick(GgmlTensor a) => Unary("GeluQuick", a, GgmlUnaryOp.GeluQuick, a?.IsFloat32Or16() == true);

    /// <summary>a · sigmoid(a), also called swish.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 or F16, or its rows are not packed (use <see cref="Cont"/>
    /// first).</exception>
    public GgmlTensor Silu(GgmlTensor a) => Unary("Silu", a, GgmlUnaryOp.Silu, a?.IsFloat32Or16() == true);

    private GgmlTensor Unary(string operation, GgmlTensor? a, GgmlUnaryOp op, bool typeFits)
    {
        EnterElementwise(operation, a, typeFits);
        return Adopt(GgmlOperators.ggml_unary(Handle, a!.Native, op), a);
    }

    private void EnterElementwise(string operation, GgmlTensor? a, bool typeFits)
    {
        Enter(1, a);
        Require(typeFits, operation, "the type is not supported", a);
        Require(a!.HasPackedRows(), operation, "the rows must be packed", a);
    }
}
