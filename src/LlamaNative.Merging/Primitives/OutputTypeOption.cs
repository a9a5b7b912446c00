using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Merging;

/// <summary>Parses <see cref="MergeOptions.OutputType"/>: a float type, or one of llama.cpp's quantizations.</summary>
internal static class OutputTypeOption
{
    private const string Option = nameof(MergeOptions.OutputType);

    /// <returns>Both are null for a null name, which leaves the choice to the recipe.</returns>
    /// <exception cref="ArgumentException">The quantization is unknown to llama.cpp or needs an importance matrix.</exception>
    public static (GgmlType? Type, ModelFileType? Quantization) Parse(string? name) => name?.ToUpperInvariant() switch
    {
        null => (null, null),
        "F32" => (GgmlType.F32, null),
        "F16" => (GgmlType.F16, null),
        "BF16" => (GgmlType.BF16, null),
        _ => (null, ParseQuantization(name)),
    };

    private static ModelFileType ParseQuantization(string name)
    {
        // Enum.TryParse accepts numbers too.
        if (!Enum.TryParse(name, ignoreCase: true, out ModelFileType type) || !Enum.IsDefined(type) || !char.IsAsciiLetter(name[0]))
        {
            throw OptionCheck.OutOfRange(name,
                "F32, F16, BF16, or one of llama.cpp's types such as Q8_0, Q6_K, Q5_K_M, Q4_K_M, Q3_K_S", Option);
        }

        // llama.cpp rejects these without an importance matrix, which a merge does not have.
        return type is ModelFileType.IQ1_S or ModelFileType.IQ1_M or ModelFileType.IQ2_XXS or ModelFileType.IQ2_XS
            or ModelFileType.IQ2_S or ModelFileType.IQ2_M or ModelFileType.IQ3_XXS or ModelFileType.Q2_K_S
            ? throw OptionCheck.Invalid(
                $"OutputType {type} needs an importance matrix. Write the merge in F16 and quantize it with one.", Option)
            : type;
    }
}
