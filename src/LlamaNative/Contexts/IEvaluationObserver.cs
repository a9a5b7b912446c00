using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>One operation of llama.cpp's graph, before it is computed.</summary>
/// <param name="Name">llama.cpp's name for the value and its layer, e.g. <c>attn_norm-0</c>. Names are not unique
/// (<c>Qcur-0</c> occurs before and after RoPE).</param>
/// <param name="Operation">ggml's name of the operation, e.g. <c>MUL_MAT</c>, <c>ROPE</c>, <c>RESHAPE</c>.</param>
/// <param name="Layout">Type, shape and strides, relative to the tensor's first byte.</param>
public readonly record struct EvaluationNode(string Name, string Operation, TensorLayout Layout);

/// <summary>
/// Receives the intermediate values of an evaluation (<c>cb_eval</c>) on the evaluating thread. Operations whose results are
/// wanted are computed one at a time, so observation slows the evaluation down. An exception ends the observation and is
/// rethrown by <see cref="LlamaContext.Decode"/>. Implementations must not use the context.
/// </summary>
public interface IEvaluationObserver
{
    /// <summary>Returns whether the result of this operation is wanted.</summary>
    bool Wants(in EvaluationNode node);

    /// <summary>Receives a wanted result, which is readable until this call returns.</summary>
    void Observe(EvaluatedTensor tensor);
}
