using System.Diagnostics.CodeAnalysis;

namespace LlamaNative.Tensors;

/// <summary>
/// The tensor types of ggml, with the values stored in GGUF files (<c>enum ggml_type</c> in ggml.h). The missing values (4, 5, 31 to 33, 36
/// to 38) were removed from the format and are rejected.
/// </summary>
[SuppressMessage("Naming", "CA1707:Identifiers should not contain underscores",
    Justification = "These are ggml's names, as used in model file names.")]
public enum GgmlType
{
    /// <summary>32-bit IEEE 754 float.</summary>
    F32 = 0,

    /// <summary>16-bit IEEE 754 float.</summary>
    F16 = 1,

    /// <summary>4-bit blocks of 32 with one F16 scale.</summary>
    Q4_0 = 2,

    /// <summary>4-bit blocks of 32 with an F16 scale and an F16 minimum.</summary>
    Q4_1 = 3,

    /// <summary>5-bit blocks of 32 with one F16 scale.</summary>
    Q5_0 = 6,

    /// <summary>5-bit blocks of 32 with an F16 scale and an F16 minimum.</summary>
    Q5_1 = 7,

    /// <summary>8-bit blocks of 32 with one F16 scale.</summary>
    Q8_0 = 8,

    /// <summary>8-bit blocks of 32 with a scale and a weighted sum; used for intermediate results.</summary>
    Q8_1 = 9,

    /// <summary>2-bit K-quant, super-blocks of 256.</summary>
    Q2_K = 10,

    /// <summary>3-bit K-quant, super-blocks of 256.</summary>
    Q3_K = 11,

    /// <summary>4-bit K-quant, super-blocks of 256.</summary>
    Q4_K = 12,

    /// <summary>5-bit K-quant, super-blocks of 256.</summary>
    Q5_K = 13,

    /// <summary>6-bit K-quant, super-blocks of 256.</summary>
    Q6_K = 14,

    /// <summary>8-bit K-quant, super-blocks of 256; used for intermediate results.</summary>
    Q8_K = 15,

    /// <summary>2.06 bits per weight, codebook-based, super-blocks of 256.</summary>
    IQ2_XXS = 16,

    /// <summary>2.31 bits per weight, codebook-based, super-blocks of 256.</summary>
    IQ2_XS = 17,

    /// <summary>3.06 bits per weight, codebook-based, super-blocks of 256.</summary>
    IQ3_XXS = 18,

    /// <summary>1.56 bits per weight, codebook-based, super-blocks of 256.</summary>
    IQ1_S = 19,

    /// <summary>4-bit non-linear blocks of 32.</summary>
    IQ4_NL = 20,

    /// <summary>3.44 bits per weight, codebook-based, super-blocks of 256.</summary>
    IQ3_S = 21,

    /// <summary>2.56 bits per weight, codebook-based, super-blocks of 256.</summary>
    IQ2_S = 22,

    /// <summary>4.25 bits per weight, non-linear, super-blocks of 256.</summary>
    IQ4_XS = 23,

    /// <summary>8-bit signed integer.</summary>
    I8 = 24,

    /// <summary>16-bit signed integer.</summary>
    I16 = 25,

    /// <summary>32-bit signed integer.</summary>
    I32 = 26,

    /// <summary>64-bit signed integer.</summary>
    I64 = 27,

    /// <summary>64-bit IEEE 754 float.</summary>
    F64 = 28,

    /// <summary>1.75 bits per weight, codebook-based, super-blocks of 256.</summary>
    IQ1_M = 29,

    /// <summary>bfloat16: the upper half of an F32.</summary>
    BF16 = 30,

    /// <summary>Ternary, 1.69 bits per weight, blocks of 256.</summary>
    TQ1_0 = 34,

    /// <summary>Ternary, 2.06 bits per weight, blocks of 256.</summary>
    TQ2_0 = 35,

    /// <summary>OCP microscaling FP4, blocks of 32 with an E8M0 scale.</summary>
    MXFP4 = 39,

    /// <summary>NVIDIA FP4, four blocks of 16 with E4M3 scales.</summary>
    NVFP4 = 40,

    /// <summary>1-bit blocks of 128 with one F16 scale.</summary>
    Q1_0 = 41,

    /// <summary>2-bit blocks of 64 with one F16 scale.</summary>
    Q2_0 = 42,
}
