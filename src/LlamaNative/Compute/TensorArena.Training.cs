using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Training: what is learned, what is made small, and the step of an optimizer.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>Marks data as trainable: <see cref="ComputeGraph.BuildBackwardExpand"/> makes its gradient.</summary>
    /// <exception cref="TensorLayoutException">The result of an operator, a type that is not F32, or read-only data.</exception>
    public GgmlTensor SetParam(GgmlTensor tensor)
    {
        Enter(0, tensor);
        Require(tensor.Op == GgmlOp.None && tensor.IsFloat32() && !tensor.IsReadOnly, "SetParam",
            "only writable f32 data can be trained", tensor);
        GgmlContexts.ggml_set_param(tensor.Native);
        tensor.IsParam = true;
        return tensor;
    }

    /// <summary>Marks a result as the loss: its gradient is 1. Several losses of one graph count as their sum.</summary>
    /// <exception cref="TensorLayoutException">Not a single F32 number.</exception>
    public GgmlTensor SetLoss(GgmlTensor tensor)
    {
        Enter(0, tensor);
        Require(tensor.IsScalar() && tensor.IsFloat32(), "SetLoss", "a loss is a single f32 number", tensor);
        GgmlContexts.ggml_set_loss(tensor.Native);
        tensor.IsLoss = true;
        return tensor;
    }

    /// <summary>
    /// The mean over rows of -Σ labels · log softmax(logits), [1]. Every row counts: to leave some out, write
    /// (softmax - labels) · weight as the gradient of the logits instead.
    /// </summary>
    /// <exception cref="TensorLayoutException">Not contiguous F32 tensors of one shape.</exception>
    public GgmlTensor CrossEntropyLoss(GgmlTensor logits, GgmlTensor labels)
    {
        EnterLoss("CrossEntropyLoss", logits, labels);
        return Adopt(GgmlOperators.ggml_cross_entropy_loss(Handle, logits.Native, labels.Native), logits, labels);
    }

    /// <summary>The gradient of <see cref="CrossEntropyLoss"/>'s logits, given the gradient of the loss.</summary>
    /// <exception cref="TensorLayoutException">Not contiguous F32 tensors of one shape, or a gradient that is not one number.</exception>
    public GgmlTensor CrossEntropyLossBack(GgmlTensor gradient, GgmlTensor logits, GgmlTensor labels)
    {
        EnterLoss("CrossEntropyLossBack", logits, labels);
        Enter(1, gradient);
        Require(gradient.IsScalar() && gradient.IsFloat32() && gradient.IsContiguous(), "CrossEntropyLossBack",
            "the gradient must be a single f32 number", gradient, logits, labels);
        return Adopt(GgmlOperators.ggml_cross_entropy_loss_back(Handle, gradient.Native, logits.Native, labels.Native),
            gradient, logits, labels);
    }

    /// <summary>
    /// One step of AdamW (Loshchilov and Hutter, 2019) over a parameter's data; the result is the parameter itself.
    /// </summary>
    /// <param name="parameter">Marked with <see cref="SetParam"/>.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="m">The first moment: zeros at the start, kept between steps.</param>
    /// <param name="v">The second moment, likewise.</param>
    /// <param name="settings">F32 [7]: learning rate, beta1, beta2, eps, weight decay, 1/(1 - beta1^t), 1/(1 - beta2^t) with t the step
    /// from 1.</param>
    /// <exception cref="TensorLayoutException">Not contiguous F32 tensors of one shape, or not a parameter.</exception>
    public GgmlTensor OptStepAdamW(GgmlTensor parameter, GgmlTensor gradient, GgmlTensor m, GgmlTensor v, GgmlTensor settings)
    {
        EnterStep("OptStepAdamW", settings, SourceConstants.AdamWSettings, parameter, gradient, m, v);
        Require(!m.IsReadOnly && !v.IsReadOnly, "OptStepAdamW", "the moments must be writable", m, v);
        return Adopt(GgmlOperators.ggml_opt_step_adamw(Handle, parameter.Native, gradient.Native, m.Native, v.Native, settings.Native),
            parameter, gradient, m, v, settings);
    }

    /// <summary>One step of stochastic gradient descent over a parameter's data; the result is the parameter itself.</summary>
    /// <param name="parameter">Marked with <see cref="SetParam"/>.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="settings">F32 [2]: learning rate, weight decay.</param>
    /// <exception cref="TensorLayoutException">Not contiguous F32 tensors of one shape, or not a parameter.</exception>
    public GgmlTensor OptStepSgd(GgmlTensor parameter, GgmlTensor gradient, GgmlTensor settings)
    {
        EnterStep("OptStepSgd", settings, SourceConstants.SgdSettings, parameter, gradient);
        return Adopt(GgmlOperators.ggml_opt_step_sgd(Handle, parameter.Native, gradient.Native, settings.Native),
            parameter, gradient, settings);
    }

    private void EnterLoss(string operation, GgmlTensor logits, GgmlTensor labels)
    {
        Enter(1, logits, labels);
        Require(logits.IsFloat32() && labels.IsFloat32() && logits.Shape == labels.Shape, operation,
            "both must be f32 and of one shape", logits, labels);
        Require(logits.IsContiguous() && labels.IsContiguous(), operation, "both must be contiguous", logits, labels);
    }

    private void EnterStep(string operation, GgmlTensor settings, int count, params ReadOnlySpan<GgmlTensor> operands)
    {
        Enter(1, settings);
        foreach (GgmlTensor operand in operands)
        {
            Enter(1, operand);

            // The kernel walks all of them with the parameter's strides.
            Require(operand.IsFloat32() && operand.IsContiguous() && operand.Shape == operands[0].Shape, operation,
                "all must be contiguous f32 of the parameter's shape", operands[0], operand);
        }

        Require(operands[0].IsParam, operation, "the first must be marked with SetParam", operands[0]);
        Require(settings.IsFloat32() && settings.IsContiguous() && settings.Shape.ElementCount == count, operation,
            $"the settings must be {count} contiguous f32 numbers", settings);
    }
}
