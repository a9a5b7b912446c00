using System.Runtime.InteropServices;
using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Tests;

/// <summary>The repository's chat model in single precision, and a text from its training data.</summary>
internal static class TrainedModel
{
    public const string Text =
        "Once upon a time there was a curious dog named Lisa. Lisa lived on a farm. One day Lisa went out and found an old map. " +
        "Lisa was very happy and went home. The end.";

    /// <summary>Writes it into the folder and returns its path.</summary>
    public static string Save(TemporaryFolder folder)
    {
        string path = folder["trained.gguf"];
        using GgufFile file = GgufFile.Open(Repository.TinyChat);
        var editor = new GgufEditor(file);
        foreach (GgufTensorInfo tensor in file.Tensors.Where(tensor => tensor.Type != GgmlType.F32))
        {
            float[] numbers = new float[tensor.Shape.ElementCount];
            Quantizer.DequantizeRows(tensor, 0, (int)tensor.Shape.RowCount, numbers);
            editor.SetTensor(tensor.Name, GgmlType.F32, tensor.Shape, MemoryMarshal.AsBytes<float>(numbers).ToArray());
        }

        editor.Metadata["general.file_type"] = GgufValue.Of((uint)ModelFileType.F32);
        editor.Save(path);
        return path;
    }
}
