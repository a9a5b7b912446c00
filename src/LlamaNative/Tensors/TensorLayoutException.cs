namespace LlamaNative.Tensors;

/// <summary>A view, reshape, copy or operator of a graph that the types, shapes or strides at hand do not allow.</summary>
public sealed class TensorLayoutException : LlamaException
{
    internal TensorLayoutException(string operation, string reason)
        : base($"{operation}: {reason}") => Operation = operation;

    /// <summary>The operation refused, such as <c>Reshape</c> or <c>MulMat</c>.</summary>
    public string Operation { get; }
}
