using System.Text.Json;
using LlamaNative.Merging.Recipe;

namespace LlamaNative.Merging.Tests;

/// <summary>
/// The reference cases of merging (tests/Golden/merge-vectors.json), computed in double precision outside this repository.
/// </summary>
internal static class VectorFile
{
    private static readonly Lazy<JsonElement> s_document = new(() => GoldenFile.Read("merge-vectors.json"));

    public static JsonElement Root => s_document.Value;

    public static double Tolerance => Root.GetProperty("tolerance").GetDouble();

    public static float[] Floats(JsonElement tensor) => [.. tensor.GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];

    public static long[] Shape(JsonElement tensor) => [.. tensor.GetProperty("shape").EnumerateArray().Select(value => value.GetInt64())];

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];

    /// <summary>A setting as JSON writes it, read by the YAML reader: JSON is YAML.</summary>
    public static ParameterSetting Setting(JsonElement json)
    {
        var warnings = new List<string>();
        YamlNode node = YamlTree.Read("p: {t: " + json.GetRawText() + "}", file: null, warnings);
        var cursor = new YamlCursor(null, warnings);
        return new ParameterReader(cursor, MethodTraits.Of(MergeMethod.Slerp), warnings).Read(node.Find("p"))["t"];
    }

    /// <summary>Describes the elements that differ and by how much; empty if none do.</summary>
    public static string Differences(string id, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        if (actual.Length != expected.Length)
        {
            return $"{id}: {actual.Length} elements where {expected.Length} are expected\n";
        }

        string differences = "";
        for (int i = 0; i < expected.Length; i++)
        {
            // The numbers in the file are rounded to 6 digits.
            if (!(Math.Abs((double)actual[i] - expected[i]) <= Tolerance))
            {
                differences += $"{id}[{i}]: {actual[i]:R}, expected {expected[i]:R}, off by {actual[i] - expected[i]:E1}\n";
            }
        }

        return differences;
    }
}
