using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>An operator of llama.cpp's own graph, before it is computed.</summary>
/// <param name="Name">llama.cpp's name, e.g. <c>attn_norm-0</c>: the value and its layer. Several nodes may share one (<c>Qcur-0</c> before
/// and after RoPE).</param>
/// <param name="Operation">ggml's name of the operator, e.g. <c>MUL_MAT</c>, <c>ROPE</c>, <c>RESHAPE</c>.</param>
/// <param name="Layout">Type, shape and strides, counted from its own first byte.</param>
public readonly record struct EvaluationNode(string Name, string Operation, TensorLayout Layout);

/// <summary>
/// Sees the intermediate values of an evaluation (<c>cb_eval</c>), on the thread that evaluates. It is asked about every
/// operator, and those it wants are computed one by one, so an observed evaluation is slower. What it throws ends the
/// observation and comes out of <see cref="LlamaContext.Decode"/>. It must not use the context.
/// </summary>
public interface IEvaluationObserver
{
    /// <summary>Whether the result of this operator is wanted.</summary>
    bool Wants(in EvaluationNode node);

    /// <summary>Gives the result of an operator that was wanted; it can be read until this call returns.</summary>
    void Observe(EvaluatedTensor tensor);
}
