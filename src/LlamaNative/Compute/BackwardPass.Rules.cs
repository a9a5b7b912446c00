using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <content>The gradient of each operator: g is the gradient of its result y, and x, a, b are its operands.</content>
internal sealed partial class BackwardPass
{
    private void Propagate(GgmlTensor node, GgmlTensor g)
    {
        GgmlTensor a = node.Sources[0]!;
        GgmlTensor? b = node.Sources.Length > 1 ? node.Sources[1] : null;
        switch (node.Op)
        {
            case GgmlOp.Add or GgmlOp.Sub or GgmlOp.Mul or GgmlOp.Div:
                Arithmetic(node, a, b!, Packed(g));
                break;
            case GgmlOp.MulMat:
                MulMat(a, b!, g);
                break;
            case GgmlOp.Acc or GgmlOp.Set:
                Place(node, a, b!, Contiguous(g));
                break;
            case GgmlOp.Concat:
                Concat(node, a, b!, Contiguous(g));
                break;
            case GgmlOp.Glu when b is not null && (GgmlGluOp)node.Parameter(OperatorParameter.Function) == GgmlGluOp.Swiglu:
                Swiglu(a, b, Packed(g));
                break;
            case GgmlOp.SoftMax when Needs(b):
                throw new LlamaException($"The mask {b} of SoftMaxExt has no gradient.");
            case GgmlOp.CrossEntropyLoss when Needs(b):
                throw new LlamaException($"The labels {b} of CrossEntropyLoss have no gradient.");
            case GgmlOp.Rope when node.Sources.Length > 2 && Needs(node.Sources[2]):
                throw new LlamaException($"The frequency factors {node.Sources[2]} of RopeExt have no gradient.");
            default:
                if (Needs(a))
                {
                    Give(a, OfOnlyOperand(node, a, b, g));
                }

                break;
        }
    }

    private GgmlTensor OfOnlyOperand(GgmlTensor y, GgmlTensor x, GgmlTensor? second, GgmlTensor g) => y.Op switch
    {
        GgmlOp.Dup or GgmlOp.Cont or GgmlOp.Cpy or GgmlOp.Reshape => Reshaped(Contiguous(g), x),
        GgmlOp.Sqr => _arena.Scale(_arena.Mul(Packed(g), x), 2),
        GgmlOp.Sqrt => _arena.Scale(_arena.Div(Packed(g), y), 0.5f),
        GgmlOp.Log => _arena.Div(Packed(g), x),
        GgmlOp.Sin => _arena.Mul(Packed(g), _arena.Cos(x)),
        GgmlOp.Cos => _arena.Neg(_arena.Mul(Packed(g), _arena.Sin(x))),
        GgmlOp.Sum or GgmlOp.SumRows or GgmlOp.RepeatBack => _arena.Repeat(Packed(g), x.Shape),
        GgmlOp.Mean => _arena.Scale(_arena.Repeat(Packed(g), x.Shape), 1f / x.Shape[0]),
        GgmlOp.Repeat => _arena.RepeatBack(Packed(g), x),
        GgmlOp.Scale => _arena.Scale(Contiguous(g), y.FloatParameter(OperatorParameter.Scale)),
        GgmlOp.RmsNorm => _arena.RmsNormBack(Packed(g), x, y.FloatParameter(OperatorParameter.Epsilon)),
        GgmlOp.View => View(y, x, Contiguous(g)),
        GgmlOp.Permute => Permute(y, g),
        GgmlOp.Transpose => _arena.Transpose(g),
        GgmlOp.GetRows when x.IsMatrix() => _arena.GetRowsBack(Contiguous(g), second!, x),
        GgmlOp.DiagMaskInf or GgmlOp.DiagMaskZero => _arena.DiagMaskZero(Contiguous(g), y.Parameter(OperatorParameter.Past)),
        GgmlOp.SoftMax when y.FloatParameter(OperatorParameter.MaxBias) == 0 => SoftMax(y, Contiguous(g)),
        GgmlOp.Rope => _arena.RopeExtBack(Packed(g), second!, RopeOf(y), y.Sources[2]),
        GgmlOp.CrossEntropyLoss => _arena.CrossEntropyLossBack(Contiguous(g), x, second!),
        GgmlOp.Unary => Unary(y, x, Packed(g)),
        _ => throw new LlamaException($"The operator of {y} has no gradient and cannot be trained through."),
    };

    private GgmlTensor Unary(GgmlTensor y, GgmlTensor x, GgmlTensor g) => (GgmlUnaryOp)y.Parameter(OperatorParameter.Function) switch
    {
        GgmlUnaryOp.Abs => _arena.Mul(g, _arena.Sgn(x)),
        GgmlUnaryOp.Neg => _arena.Neg(g),
        GgmlUnaryOp.Relu => _arena.Mul(g, _arena.Step(x)),
        GgmlUnaryOp.Silu => _arena.SiluBack(Contiguous(g), Contiguous(x)),
        GgmlUnaryOp.Exp => _arena.Mul(g, y),
        GgmlUnaryOp.Expm1 => _arena.Mul(g, _arena.Exp(x)),
        GgmlUnaryOp.Softplus => _arena.Mul(g, _arena.Sigmoid(x)),
        GgmlUnaryOp.Sigmoid => _arena.Mul(g, _arena.Sub(y, _arena.Sqr(y))),
        GgmlUnaryOp.Tanh => _arena.Mul(g, _arena.Scale(_arena.Sqr(y), -1, 1)),
        _ => throw new LlamaException($"The activation of {y} has no gradient and cannot be trained through."),
    };

    private void Arithmetic(GgmlTensor y, GgmlTensor a, GgmlTensor b, GgmlTensor g)
    {
        if (Needs(a))
        {
            Give(a, y.Op switch
            {
                GgmlOp.Mul => _arena.Mul(g, b),
                GgmlOp.Div => _arena.Div(g, b),
                _ => g,
            });
        }

        if (Needs(b))
        {
            Give(b, y.Op switch
            {
                GgmlOp.Add => Reduced(g, b),
                GgmlOp.Sub => _arena.Neg(Reduced(g, b)),
                GgmlOp.Mul => Reduced(_arena.Mul(g, a), b),
                _ => _arena.Neg(Reduced(_arena.Mul(g, _arena.Div(y, b)), b)),
            });
        }
    }

    private void Swiglu(GgmlTensor gate, GgmlTensor up, GgmlTensor g)
    {
        if (Needs(gate))
        {
            Give(gate, _arena.SiluBack(_arena.Mul(g, up), Contiguous(gate)));
        }

        if (Needs(up))
        {
            Give(up, _arena.Mul(_arena.Silu(gate), g));
        }
    }

    private GgmlTensor SoftMax(GgmlTensor y, GgmlTensor g)
    {
        // The graph's allocator would let SoftMaxExtBack overwrite y, which its kernel still reads.
        _arena.SetOutput(y);
        return _arena.SoftMaxExtBack(g, y, y.FloatParameter(OperatorParameter.Scale));
    }

    private static RopeParameters RopeOf(GgmlTensor y) => new()
    {
        DimensionCount = y.Parameter(OperatorParameter.RopeDimensions),
        Mode = (RopeMode)y.Parameter(OperatorParameter.RopeMode),
        OriginalContextLength = y.Parameter(OperatorParameter.RopeOriginalContext),
        FrequencyBase = y.FloatParameter(OperatorParameter.RopeFrequencyBase),
        FrequencyScale = y.FloatParameter(OperatorParameter.RopeFrequencyScale),
        ExtrapolationFactor = y.FloatParameter(OperatorParameter.RopeExtFactor),
        AttentionFactor = y.FloatParameter(OperatorParameter.RopeAttnFactor),
        BetaFast = y.FloatParameter(OperatorParameter.RopeBetaFast),
        BetaSlow = y.FloatParameter(OperatorParameter.RopeBetaSlow),
    };
}
