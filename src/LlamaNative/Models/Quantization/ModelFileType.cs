using System.Diagnostics.CodeAnalysis;

namespace LlamaNative.Models;

/// <summary>
/// The quantization of a model file: a type for most tensors and, for the mixtures _S, _M, _L and IQ*, other types that llama.cpp chooses
/// for sensitive tensors. The values match <c>llama_ftype</c> in llama.h, stored in GGUF files as general.file_type.
/// </summary>
[SuppressMessage("Naming", "CA1707:Identifiers should not contain underscores",
    Justification = "These are llama.cpp's names, as used in model file names.")]
public enum ModelFileType
{
    /// <summary>All F32.</summary>
    F32 = 0,

    /// <summary>F16, vectors F32.</summary>
    F16 = 1,

    /// <summary>4.5 bits per weight.</summary>
    Q4_0 = 2,

    /// <summary>5 bits per weight.</summary>
    Q4_1 = 3,

    /// <summary>8.5 bits per weight.</summary>
    Q8_0 = 7,

    /// <summary>5.5 bits per weight.</summary>
    Q5_0 = 8,

    /// <summary>6 bits per weight.</summary>
    Q5_1 = 9,

    /// <summary>2-bit K-quants, with 3 and 4 bits for some tensors.</summary>
    Q2_K = 10,

    /// <summary>3-bit K-quants, small.</summary>
    Q3_K_S = 11,

    /// <summary>3-bit K-quants, medium.</summary>
    Q3_K_M = 12,

    /// <summary>3-bit K-quants, large.</summary>
    Q3_K_L = 13,

    /// <summary>4-bit K-quants, small.</summary>
    Q4_K_S = 14,

    /// <summary>4-bit K-quants, medium: the usual choice and the default.</summary>
    Q4_K_M = 15,

    /// <summary>5-bit K-quants, small.</summary>
    Q5_K_S = 16,

    /// <summary>5-bit K-quants, medium.</summary>
    Q5_K_M = 17,

    /// <summary>6-bit K-quants.</summary>
    Q6_K = 18,

    /// <summary>2.06 bits per weight; needs an importance matrix.</summary>
    IQ2_XXS = 19,

    /// <summary>2.31 bits per weight; needs an importance matrix.</summary>
    IQ2_XS = 20,

    /// <summary>2-bit K-quants, small; needs an importance matrix.</summary>
    Q2_K_S = 21,

    /// <summary>3.3 bits per weight.</summary>
    IQ3_XS = 22,

    /// <summary>3.06 bits per weight.</summary>
    IQ3_XXS = 23,

    /// <summary>1.56 bits per weight; needs an importance matrix.</summary>
    IQ1_S = 24,

    /// <summary>4.5 bits per weight, non-linear.</summary>
    IQ4_NL = 25,

    /// <summary>3.44 bits per weight.</summary>
    IQ3_S = 26,

    /// <summary>3.66 bits per weight.</summary>
    IQ3_M = 27,

    /// <summary>2.5 bits per weight; needs an importance matrix.</summary>
    IQ2_S = 28,

    /// <summary>2.7 bits per weight; needs an importance matrix.</summary>
    IQ2_M = 29,

    /// <summary>4.25 bits per weight, non-linear.</summary>
    IQ4_XS = 30,

    /// <summary>1.75 bits per weight; needs an importance matrix.</summary>
    IQ1_M = 31,

    /// <summary>BF16, vectors F32.</summary>
    BF16 = 32,

    /// <summary>1.69 bits per weight, for ternary models.</summary>
    TQ1_0 = 36,

    /// <summary>2.06 bits per weight, for ternary models.</summary>
    TQ2_0 = 37,

    /// <summary>MXFP4 for experts, Q8_0 for the rest.</summary>
    MXFP4_MOE = 38,

    /// <summary>NVIDIA's 4-bit floats.</summary>
    NVFP4 = 39,

    /// <summary>1-bit blocks of 128.</summary>
    Q1_0 = 40,

    /// <summary>2-bit blocks of 64.</summary>
    Q2_0 = 41,
}
