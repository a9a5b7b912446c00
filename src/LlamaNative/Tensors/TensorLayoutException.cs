namespace LlamaNative.Tensors;

/// <summary>A view, reshape or copy that the shapes and strides at hand do not allow.</summary>
public sealed class TensorLayoutException : LlamaException
{
    /// <summary>Creates the error of one operation; the reason carries the shapes.</summary>
    public TensorLayoutException(string operation, string reason)
        : base($"{operation}: {reason}") => Operation = operation;

    /// <summary>The operation refused, such as <c>Reshape</c>.</summary>
    public string Operation { get; }
}
