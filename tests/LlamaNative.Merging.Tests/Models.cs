using System.Runtime.InteropServices;
using LlamaNative.Gguf;

namespace LlamaNative.Merging.Tests;

/// <summary>The source models of the tests.</summary>
internal static class Models
{
    /// <summary>A LLaMA of a thousand numbers.</summary>
    public static TinyModelOptions Small { get; } = new()
    {
        ContextLength = 64,
        Embedding = 8,
        Heads = 2,
        HeadsKv = 2,
        Vocabulary = TinyVocabulary.Of(["<unk>", "<s>", "</s>", "a", "b", "c"]),
    };
}

/// <summary>Reads the contents of files.</summary>
internal static class Contents
{
    public static byte[] Bytes(GgufFile file, string tensor)
    {
        using GgufTensorView view = file.Tensors[tensor].Open();
        return view.Bytes.ToArray();
    }

    public static float[] Floats(string path, string tensor)
    {
        using GgufFile file = GgufFile.Open(path);
        return MemoryMarshal.Cast<byte, float>(Bytes(file, tensor)).ToArray();
    }

    /// <summary>The tensors that differ between two files.</summary>
    public static string[] DifferentTensors(string left, string right)
    {
        using GgufFile a = GgufFile.Open(left);
        using GgufFile b = GgufFile.Open(right);
        return
        [
            .. a.Tensors.Where(tensor => !IsSame(tensor, a, b)).Select(tensor => tensor.Name),
            .. b.Tensors.Where(tensor => !a.Tensors.TryGet(tensor.Name, out _)).Select(tensor => tensor.Name),
        ];
    }

    private static bool IsSame(GgufTensorInfo tensor, GgufFile file, GgufFile other) =>
        other.Tensors.TryGet(tensor.Name, out GgufTensorInfo? found) && found.Type == tensor.Type
        && Bytes(file, tensor.Name).AsSpan().SequenceEqual(Bytes(other, tensor.Name));
}
