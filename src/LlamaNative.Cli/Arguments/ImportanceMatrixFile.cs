using System.Runtime.InteropServices;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Cli;

/// <summary>
/// Reads an importance matrix as llama-imatrix writes it (tools/imatrix/imatrix.cpp): for each weight,
/// <c>NAME.in_sum2</c> holds the sums of squared activations and <c>NAME.counts</c> the number of activations.
/// </summary>
internal static class ImportanceMatrixFile
{
    private const string Sums = ".in_sum2";
    private const string Counts = ".counts";

    /// <exception cref="GgufFormatException">The file is not an importance matrix.</exception>
    public static IReadOnlyDictionary<string, float[]> Read(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        var matrix = new Dictionary<string, float[]>();
        foreach (GgufTensorInfo sums in file.Tensors.Where(tensor => tensor.Name.EndsWith(Sums, StringComparison.Ordinal)))
        {
            string name = sums.Name[..^Sums.Length];
            if (!file.Tensors.TryGet(name + Counts, out GgufTensorInfo? counts) || counts.Shape.ElementCount != sums.Shape.RowCount)
            {
                throw new GgufFormatException("the importance matrix has no counts for this tensor", name, path: path);
            }

            float[] means = Means(Floats(sums), Floats(counts));
            if (Array.Exists(means, mean => !float.IsFinite(mean) || mean < 0))
            {
                throw new GgufFormatException("a mean square of the importance matrix is negative or not finite", name, path: path);
            }

            matrix[name] = means;
        }

        return matrix.Count > 0
            ? matrix
            : throw new GgufFormatException("the file is not an importance matrix: it has no *.in_sum2", path: path);
    }

    private static float[] Means(float[] sums, float[] counts)
    {
        int row = sums.Length / counts.Length;
        for (int i = 0; i < sums.Length; i++)
        {
            float count = counts[i / row];
            sums[i] = count > 0 ? sums[i] / count : 1;
        }

        return sums;
    }

    private static float[] Floats(GgufTensorInfo tensor)
    {
        if (tensor.Type != GgmlType.F32)
        {
            throw new GgufFormatException(
                $"an importance matrix must be F32, but this tensor is {GgmlTypeInfo.Of(tensor.Type).Name}", tensor.Name);
        }

        using GgufTensorView view = tensor.Open();
        return MemoryMarshal.Cast<byte, float>(view.Bytes).ToArray();
    }
}
