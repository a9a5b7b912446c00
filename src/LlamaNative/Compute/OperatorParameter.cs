namespace LlamaNative.Compute;

/// <summary>
/// The indices of operator parameters in <c>ggml_tensor.op_params</c>, as written by the operator functions in ggml.c. They are not
/// declared in a header.
/// </summary>
internal static class OperatorParameter
{
    /// <summary>Unary and Glu: the function.</summary>
    public const int Function = 0;

    /// <summary>Scale and SoftMax: the factor.</summary>
    public const int Scale = 0;

    /// <summary>SoftMax: the maximum ALiBi bias.</summary>
    public const int MaxBias = 1;

    /// <summary>RmsNorm: the epsilon added under the square root.</summary>
    public const int Epsilon = 0;

    /// <summary>DiagMaskInf and DiagMaskZero: the number of columns before the first diagonal element.</summary>
    public const int Past = 0;

    /// <summary>Concat: the concatenated dimension.</summary>
    public const int Dimension = 0;

    /// <summary>Permute: the position of the first axis, followed by those of the others.</summary>
    public const int Axes = 0;

    /// <summary>Set and Acc: the strides of dimensions 1 to 3 in bytes, followed by the offset.</summary>
    public const int Stride1 = 0;
    public const int Stride2 = 1;
    public const int Stride3 = 2;
    public const int Offset = 3;

    /// <summary>Rope: the values of <see cref="RopeParameters"/>.</summary>
    public const int RopeDimensions = 1;
    public const int RopeMode = 2;
    public const int RopeOriginalContext = 4;
    public const int RopeFrequencyBase = 5;
    public const int RopeFrequencyScale = 6;
    public const int RopeExtFactor = 7;
    public const int RopeAttnFactor = 8;
    public const int RopeBetaFast = 9;
    public const int RopeBetaSlow = 10;
}
