using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>
/// The types that llama.cpp chooses for the tensors of a quantized model. llama.cpp gets a placeholder of the merged file,
/// with its metadata and shapes but no data, so that results are quantized as they are computed and rounded only once.
/// </summary>
internal static class QuantizationTypes
{
    /// <summary>Returns the tensors with their quantized types, and updates the metadata accordingly.</summary>
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
            throw new MergeException($"llama.cpp cannot choose the tensor types of {fileType}: {error.Message}", innerException: error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
