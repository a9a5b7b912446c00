using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Training: parameters, losses and optimizer steps.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>Marks data as trainable, so that <see cref="ComputeGraph.BuildBackwardExpand"/> computes its gradient.</summary>
    /// <exception cref="TensorLayoutException">The tensor is the result of an operator, not F32, or read-only.</exception>
    public GgmlTensor SetParam(GgmlTensor tensor)
    {
        Enter(0, tensor);
        Require(tensor.Op == GgmlOp.None && tensor.IsFloat32() && !tensor.IsReadOnly, "SetParam",
            "only writable f32 data can be trained", tensor);
        GgmlContexts.ggml_set_param(tensor.Native);
        tensor.IsParam = true;
        return tensor;
    }

    /// <summary>Marks a result as a loss, whose gradient is 1. The total loss of a graph is the sum of its losses.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not a single F32 number.</exception>
    public GgmlTensor SetLoss(GgmlTensor tensor)
    {
        Enter(0, tensor);
        Require(tensor.IsScalar() && tensor.IsFloat32(), "SetLoss", "a loss must be a single f32 number", tensor);
        GgmlContexts.ggml_set_loss(tensor.Native);
        tensor.IsLoss = true;
        return tensor;
    }

    /// <summary>
    /// The cross-entropy loss: the mean over rows of -Σ labels · log softmax(logits), [1]. All rows have equal weight. To weight or mask
    /// rows, use (softmax - labels) · weight as the gradient of the logits instead.
    /// </summary>
    /// <exception cref="TensorLayoutException">The tensors are not contiguous F32 of the same shape.</exception>
    public GgmlTensor CrossEntropyLoss(GgmlTensor logits, GgmlTensor labels)
    {
        EnterLoss("CrossEntropyLoss", logits, labels);
        return Adopt(GgmlOperators.ggml_cross_entropy_loss(Handle, logits.Native, labels.Native), logits, labels);
    }

    /// <summary>The gradient of the logits of <see cref="CrossEntropyLoss"/>, computed from the gradient of the loss.</summary>
    /// <exception cref="TensorLayoutException">The tensors are not contiguous F32 of the same shape, or the gradient is not a single
    /// number.</exception>
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
    /// One AdamW step (Loshchilov and Hutter, 2019), which updates the parameter's data. The result is a view of the parameter.
    /// </summary>
    /// <param name="parameter">The parameter, marked with <see cref="SetParam"/>.</param>
    /// <param name="gradient">The parameter's gradient.</param>
    /// <param name="m">The first moment: initially zero, updated by each step.</param>
    /// <param name="v">The second moment: initially zero, updated by each step.</param>
    /// <param name="settings">F32 [7]: learning rate, beta1, beta2, eps, weight decay, 1/(1 - beta1^t) and 1/(1 - beta2^t), where t is the
    /// step number from 1.</param>
    /// <exception cref="TensorLayoutException">The tensors are not contiguous F32 of the same shape, or the first is not a
    /// parameter.</exception>
    public GgmlTensor OptStepAdamW(GgmlTensor parameter, GgmlTensor gradient, GgmlTensor m, GgmlTensor v, GgmlTensor settings)
    {
        EnterStep("OptStepAdamW", settings, SourceConstants.AdamWSettings, parameter, gradient, m, v);
        Require(!m.IsReadOnly && !v.IsReadOnly, "OptStepAdamW", "the moments must be writable", m, v);
        return Adopt(GgmlOperators.ggml_opt_step_adamw(Handle, parameter.Native, gradient.Native, m.Native, v.Native, settings.Native),
            parameter, gradient, m, v, settings);
    }

    /// <summary>
    /// One step of stochastic gradient descent, which updates the parameter's data. The result is a view of the parameter.
    /// </summary>
    /// <param name="parameter">The parameter, marked with <see cref="SetParam"/>.</param>
    /// <param name="gradient">The parameter's gradient.</param>
    /// <param name="settings">F32 [2]: learning rate and weight decay.</param>
    /// <exception cref="TensorLayoutException">The tensors are not contiguous F32 of the same shape, or the first is not a
    /// parameter.</exception>
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
            "both must be f32 with the same shape", logits, labels);
        Require(logits.IsContiguous() && labels.IsContiguous(), operation, "both must be contiguous", logits, labels);
    }

    private void EnterStep(string operation, GgmlTensor settings, int count, params ReadOnlySpan<GgmlTensor> operands)
    {
        Enter(1, settings);
        foreach (GgmlTensor operand in operands)
        {
            Enter(1, operand);

            // The kernel reads all of them with the parameter's strides.
            Require(operand.IsFloat32() && operand.IsContiguous() && operand.Shape == operands[0].Shape, operation,
                "all must be contiguous f32 with the parameter's shape", operands[0], operand);
        }

        Require(operands[0].IsParam, operation, "the first must be marked with SetParam", operands[0]);
        Require(settings.IsFloat32() && settings.IsContiguous() && settings.Shape.ElementCount == count, operation,
            $"the settings must be {count} contiguous f32 numbers", settings);
    }
}
