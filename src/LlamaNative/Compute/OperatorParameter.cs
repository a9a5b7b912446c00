namespace LlamaNative.Compute;

/// <summary>
/// Where ggml keeps an operator's parameters: indices into <c>ggml_tensor.op_params</c>, as the functions that build the operators
/// in ggml.c write them. No header declares them.
/// </summary>
internal static class OperatorParameter
{
    /// <summary>Unary and Glu: which function.</summary>
    public const int Function = 0;

    /// <summary>Scale and SoftMax: the factor.</summary>
    public const int Scale = 0;

    /// <summary>SoftMax: ALiBi's largest bias.</summary>
    public const int MaxBias = 1;

    /// <summary>RmsNorm: what is added under the root.</summary>
    public const int Epsilon = 0;

    /// <summary>DiagMaskInf and DiagMaskZero: the columns before the diagonal's first.</summary>
    public const int Past = 0;

    /// <summary>Concat: the joined dimension.</summary>
    public const int Dimension = 0;

    /// <summary>Permute: the place of the first axis; those of the others follow.</summary>
    public const int Axes = 0;

    /// <summary>Set and Acc: the strides of dimensions 1 to 3 in bytes; the offset follows.</summary>
    public const int Stride1 = 0;
    public const int Stride2 = 1;
    public const int Stride3 = 2;
    public const int Offset = 3;

    /// <summary>Rope: as in <see cref="RopeParameters"/>.</summary>
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
