namespace LlamaNative.Tensors;

/// <summary>Types, shapes or strides do not allow a view, reshape, copy or graph operator.</summary>
public sealed class TensorLayoutException : LlamaException
{
    internal TensorLayoutException(string operation, string reason)
        : base($"{operation}: {reason}") => Operation = operation;

    /// <summary>The rejected operation, such as <c>Reshape</c> or <c>MulMat</c>.</summary>
    public string Operation { get; }
}
