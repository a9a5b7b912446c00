using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>
/// The types that llama.cpp gives the tensors of a model it quantizes. It is asked with a stand-in of the merged file,
/// which has its metadata and shapes and no data, so that the result is quantized as it is computed, rounded once.
/// </summary>
internal static class QuantizationTypes
{
    /// <exception cref="MergeException">llama.cpp has no such quantization, or one that needs an importance matrix.</exception>
    public static ModelFileType Parse(string name)
    {
        if (!Enum.TryParse(name, ignoreCase: true, out ModelFileType type) || !Enum.IsDefined(type) || char.IsAsciiDigit(name[0]) || name[0] == '-')
        {
            throw new MergeException($"'{name}' is not a type to write: F32, F16, BF16, or one of llama.cpp's such as Q8_0, Q6_K, Q5_K_M, Q4_K_M, Q3_K_S");
        }

        // llama.cpp refuses these without an importance matrix, which a merge does not have.
        return type is ModelFileType.IQ1_S or ModelFileType.IQ1_M or ModelFileType.IQ2_XXS or ModelFileType.IQ2_XS or ModelFileType.IQ2_S or ModelFileType.IQ2_M or ModelFileType.IQ3_XXS or ModelFileType.Q2_K_S
            ? throw new MergeException($"{type} needs an importance matrix: write the merge in F16 and quantize that with one")
            : type;
    }

    /// <summary>The tensors in the types they are quantized to, and the metadata that says so.</summary>
    public static List<TensorPlan> Apply(ModelFileType fileType, IReadOnlyList<TensorPlan> tensors, OrderedDictionary<string, GgufValue> metadata)
    {
        metadata["general.file_type"] = GgufValue.Of((uint)fileType);
        metadata["general.quantization_version"] = GgufValue.Of(GgmlTypeInfo.QuantizationVersion);
        Dictionary<string, GgmlType> types = Ask(fileType, tensors, metadata);
        return [.. tensors.Select(tensor => WithType(tensor, types[tensor.Name]))];
    }

    private static TensorPlan WithType(TensorPlan tensor, GgmlType type) => tensor with
    {
        Type = type,
        IsCopy = tensor.IsUnchanged && tensor.Inputs[0].Tensor.Type == type,
    };

    private static Dictionary<string, GgmlType> Ask(ModelFileType fileType, IReadOnlyList<TensorPlan> tensors, OrderedDictionary<string, GgufValue> metadata)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("llamanative-merge");
        try
        {
            string path = Path.Combine(folder.FullName, "stand-in.gguf");
            using (GgufWriter writer = GgufWriter.Create(path))
            {
                foreach ((string key, GgufValue value) in metadata)
                {
                    writer.AddMetadata(key, value);
                }

                foreach (TensorPlan tensor in tensors)
                {
                    writer.AddTensor(tensor.Name, tensor.Type, tensor.Spec.Shape);
                }

                foreach (TensorPlan tensor in tensors)
                {
                    writer.WriteZeros(tensor.ByteCount);
                }

                writer.Complete();
            }

            return ModelQuantizer.Plan(path, new ModelQuantizationOptions { FileType = fileType, AllowRequantize = true })
                .ToDictionary(tensor => tensor.Name, tensor => tensor.Type, StringComparer.Ordinal);
        }
        catch (Exception error) when (error is ModelQuantizationException or IOException)
        {
            throw new MergeException($"the types of {fileType} cannot be planned: {error.Message}", innerException: error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
