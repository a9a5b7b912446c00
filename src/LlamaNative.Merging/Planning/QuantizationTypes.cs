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
    /// <summary>The tensors in the types they are quantized to, and the metadata that says so.</summary>
    public static List<TensorPlan> Apply(ModelFileType fileType, IReadOnlyList<TensorPlan> tensors,
        OrderedDictionary<string, GgufValue> metadata)
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

    private static Dictionary<string, GgmlType> Ask(ModelFileType fileType, IReadOnlyList<TensorPlan> tensors,
        OrderedDictionary<string, GgufValue> metadata)
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
