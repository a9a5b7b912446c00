using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>
/// Tensors whose shapes, types or strides an operator does not take. Thrown when the operator is added to an arena:
/// ggml itself would end the process.
/// </summary>
public sealed class TensorShapeException : LlamaException
{
    /// <summary>Creates the error of one operator from the rule that was broken and the operands that broke it.</summary>
    public TensorShapeException(string operation, string rule, params ReadOnlySpan<GgmlTensor?> operands)
        : base(Describe(operation, rule, operands)) => Operation = operation;

    /// <summary>The operator, such as <c>MulMat</c>.</summary>
    public string Operation { get; }

    private static string Describe(string operation, string rule, ReadOnlySpan<GgmlTensor?> operands)
    {
        var shapes = new List<string>();
        foreach (GgmlTensor? operand in operands)
        {
            if (operand is not null)
            {
                TensorLayout layout = operand.Layout;
                shapes.Add(layout.IsContiguous ? $"{GgmlTypeInfo.Of(layout.Type).Name} {layout.Shape}" : layout.ToString());
            }
        }

        return $"{operation}: {rule}; the operands are {string.Join(" and ", shapes)}.";
    }
}
