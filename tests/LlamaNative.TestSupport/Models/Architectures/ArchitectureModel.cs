using System.Globalization;
using System.Text.Json;
using LlamaNative.Tensors;

namespace LlamaNative.TestSupport;

/// <summary>
/// Makes the tiny models of <see cref="ArchitectureTable"/> from the tensors that llama.cpp asks for with their hyperparameters. Those
/// are recorded in tests/Golden/architectures.json (record.mjs), as <c>name type size…</c>; the * in a name stands for every layer.
/// </summary>
public static class ArchitectureModel
{
    private static readonly Lazy<JsonElement> s_tensors = new(() => GoldenFile.Read("architectures.json"));

    /// <summary>The metadata and vocabulary alone, of which llama.cpp is asked for the tensors.</summary>
    public static ModelFile CreateMetadata(ArchitectureRow row)
    {
        var file = new ModelFile();
        ArchitectureDefaults.AddTo(file, row);
        row.Vocabulary.AddTo(file);
        return file;
    }

    /// <summary>The whole model with random weights.</summary>
    public static ModelFile Create(ArchitectureRow row)
    {
        ModelFile file = CreateMetadata(row);
        IEnumerable<string> required = s_tensors.Value.GetProperty(row.Name).EnumerateArray().Select(line => line.GetString()!);
        string[] optional = row.Tensors.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (string line in required.Concat(optional))
        {
            string[] words = line.Split(' ');
            var shape = new TensorShape([.. words.Skip(2).Select(size => long.Parse(size, CultureInfo.InvariantCulture))]);
            Add(file, words[0], Enum.Parse<GgmlType>(words[1], ignoreCase: true), shape);
        }

        return file;
    }

    private static void Add(ModelFile file, string name, GgmlType type, TensorShape shape)
    {
        int count = (int)(file.Metadata[$"{file.Metadata["general.architecture"].GetString()}.block_count"].GetUInt32());
        for (int layer = 0; layer < (name.Contains('*', StringComparison.Ordinal) ? count : 1); layer++)
        {
            string tensor = name.Replace("*", layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            file.AddRandom(tensor, shape, type);
            if (type == GgmlType.I32)
            {
                Array.Clear(file.Tensors[tensor].Values); // a table of expert ids
            }
        }
    }
}
