using System.Text.Json;
using System.Text.Json.Serialization;
using LLama;
using LLama.Common;
using LLama.Sampling;

namespace Comparison;

internal static class JsonAnswer
{
    private const string FactGrammar = """
        root ::= "{" space "\"Colour\":" space colour "," space "\"Fruit\":" space boolean "}"
        colour ::= "\"Red\"" | "\"Green\"" | "\"Yellow\""
        boolean ::= "true" | "false"
        space ::= " "?
        """;

    public static async Task RunAsync(string path)
    {
        var parameters = new ModelParams(path);
        using LLamaWeights model = LLamaWeights.LoadFromFile(parameters);
        var executor = new StatelessExecutor(model, parameters);
        var sampling = new GreedySamplingPipeline { Grammar = new Grammar(FactGrammar, "root") };
        var options = new InferenceParams { MaxTokens = 100, SamplingPipeline = sampling };
        string json = string.Concat(await executor.InferAsync("What colour is a lemon? As JSON: ", options).ToListAsync());
        Fact fact = JsonSerializer.Deserialize<Fact>(json)!;
        Console.WriteLine($"{fact.Colour}, {fact.Fruit}");
    }

    [JsonConverter(typeof(JsonStringEnumConverter<Colour>))]
    private enum Colour
    {
        Red,
        Green,
        Yellow,
    }

    private sealed record Fact(Colour Colour, bool Fruit);
}
