using System.Text.Json.Serialization;
using LlamaNative;

namespace Comparison;

internal static partial class JsonAnswer
{
    public static async Task RunAsync(string path)
    {
        using LlamaModel model = LlamaModel.Load(path);
        using var context = new LlamaContext(model);
        var generator = new TextGenerator(context);
        var options = new GenerationOptions { MaxTokens = 100, Sampling = SamplingOptions.Greedy };
        Fact fact = await generator.GenerateAsync("What colour is a lemon? As JSON: ", FactJson.Default.Fact, options);
        Console.WriteLine($"{fact.Colour}, {fact.Fruit}");
    }

    private enum Colour
    {
        Red,
        Green,
        Yellow,
    }

    private sealed record Fact(Colour Colour, bool Fruit);

    [JsonSourceGenerationOptions(UseStringEnumConverter = true)]
    [JsonSerializable(typeof(Fact))]
    private sealed partial class FactJson : JsonSerializerContext;
}
