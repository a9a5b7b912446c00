using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Cli;

/// <summary>Parses type names from the command line.</summary>
internal static class TypeNames
{
    /// <exception cref="ArgumentException">There is no such type.</exception>
    public static ModelFileType FileType(string name)
    {
        // llama-quantize has short names for three of them.
        string full = name.ToUpperInvariant() is "Q3_K" or "Q4_K" or "Q5_K" ? name + "_M" : name;
        return Enum.TryParse(full, ignoreCase: true, out ModelFileType type) && Enum.IsDefined(type)
            ? type
            : throw new ArgumentException(
                $"There is no file type '{name}'; choose from {string.Join(", ", Enum.GetNames<ModelFileType>())}.");
    }

    /// <exception cref="ArgumentException">There is no such type.</exception>
    public static GgmlType? Tensor(string? name)
    {
        if (name is null)
        {
            return null;
        }

        return Enum.TryParse(name, ignoreCase: true, out GgmlType type) && Enum.IsDefined(type)
            ? type
            : throw new ArgumentException($"There is no tensor type '{name}'; choose from {string.Join(", ", Enum.GetNames<GgmlType>())}.");
    }
}
