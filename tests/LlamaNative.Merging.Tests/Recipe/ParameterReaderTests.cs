using System.Globalization;
using System.Text.Json;
using LlamaNative.Merging.Recipe;

namespace LlamaNative.Merging.Tests;

/// <summary>Gradients, filters and samples, compared with the results of mergekit and BlockMerge.</summary>
public class ParameterReaderTests
{
    private static readonly string[] s_noNames = [];

    private static JsonElement Parameters => VectorFile.Root.GetProperty("parameters");

    [Fact]
    public void Gradients_take_the_listed_value_in_every_layer()
    {
        JsonElement gradient = Parameters.GetProperty("gradient_yaml");
        ParameterSetting setting = VectorFile.Setting(gradient.GetProperty("values"));
        string failures = "";
        foreach (JsonProperty layers in gradient.GetProperty("per_layer").EnumerateObject())
        {
            double[] expected = VectorFile.Numbers(layers.Value);
            double[] actual = [.. Enumerable.Range(0,
                expected.Length).Select(layer =>
                    setting.Resolve(new TensorName("x", "x"), Place(Planning.LayerPosition.Of(layer, expected.Length)))!.Value.Number)];
            failures += Compare($"{layers.Name} layers", actual, expected);
        }

        foreach (JsonProperty layers in Parameters.GetProperty("layer_t").EnumerateObject())
        {
            double[] expected = VectorFile.Numbers(layers.Value);
            failures += Compare($"t of {layers.Name} layers",
                [.. Enumerable.Range(0, expected.Length).Select(layer => Planning.LayerPosition.Of(layer, expected.Length))], expected);
        }

        Assert.True(failures.Length == 0, failures);
    }

    [Fact]
    public void First_gradients_sample_embeddings_layers_and_the_rest_as_listed()
    {
        JsonElement gradient = Parameters.GetProperty("gradient_legacy_cli");
        var value = new LayerSampleValue(VectorFile.Numbers(gradient.GetProperty("values")));
        string failures = "";
        foreach (JsonProperty samples in gradient.GetProperty("samples").EnumerateObject())
        {
            double[] expected = VectorFile.Numbers(samples.Value);
            int layers = expected.Length - 2;
            double[] actual =
            [
                Resolve(TensorRole.Embedding, 0),
                .. Enumerable.Range(0, layers).Select(layer => Resolve(TensorRole.Layer, layer)),
                Resolve(TensorRole.Post, 0),
            ];
            failures += Compare($"{samples.Name} samples", actual, expected);

            double Resolve(TensorRole role, int layer) =>
                value.Resolve(new TensorName("x", "x"), new TensorPlace(role, layer, layers, 0, s_noNames)).Number;
        }

        Assert.True(failures.Length == 0, failures);
    }

    [Fact]
    public void BlockMerge_spreads_over_the_list_of_tensors()
    {
        string failures = "";
        foreach (JsonProperty list in Parameters.GetProperty("gradient_blockmerge").EnumerateObject()
            .Where(list => list.Value.ValueKind == JsonValueKind.Object))
        {
            // The names read "self_attn_160_of_[0.75,0.25]".
            string[] parts = list.Name.Split("_of_");
            int count = int.Parse(parts[0].Split('_')[^1], CultureInfo.InvariantCulture);
            double[] values = VectorFile.Numbers(JsonDocument.Parse(parts[1]).RootElement);
            foreach (JsonProperty sample in list.Value.EnumerateObject())
            {
                int index = int.Parse(sample.Name, CultureInfo.InvariantCulture);
                failures += Compare($"{list.Name}[{index}]", [SegmentSamples.At(values, count, index)], [sample.Value.GetDouble()]);
            }
        }

        Assert.True(failures.Length == 0, failures);
    }

    [Fact]
    public void Settings_choose_by_filter_and_fall_through()
    {
        string failures = "";
        foreach (JsonElement @case in Parameters.GetProperty("settings").EnumerateArray())
        {
            string tensor = @case.GetProperty("tensor").GetString()!;
            ParameterScalar? actual = VectorFile.Setting(@case.GetProperty("setting")).Resolve(new TensorName(tensor, "none"),
                Place(@case.GetProperty("t").GetDouble()));
            JsonElement expected = @case.GetProperty("value");
            bool same = expected.ValueKind switch
            {
                JsonValueKind.Null => actual is null,
                JsonValueKind.String => actual?.Text == expected.GetString(),
                _ => actual is { Text: null } value && Math.Abs(value.Number - expected.GetDouble()) <= VectorFile.Tolerance,
            };
            failures += same ? "" : $"{@case.GetRawText()}: {actual}\n";
        }

        Assert.True(failures.Length == 0, failures);
    }

    private static TensorPlace Place(double t) => new(TensorRole.Layer, 0, 1, t, s_noNames);

    private static string Compare(string what, double[] actual, double[] expected) =>
        string.Concat(expected.Select(
            (value, i) => Math.Abs(value - actual[i]) <= VectorFile.Tolerance ? "" : $"{what}, {i}: {actual[i]}, expected {value}\n"));
}
