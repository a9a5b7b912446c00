using System.Text.Json;
using LLama;
using LLama.Common;
using LLama.Sampling;
using LLama.Transformers;

namespace Comparison;

internal static class ToolCall
{
    private const string Instructions = """
        You may call a function. The functions are:
        {"name": "switch_lamp", "description": "Switches a lamp.", "parameters": {"On": {"type": "boolean"}}}
        Call a function with a JSON object and nothing else: {"name": NAME, "arguments": ARGUMENTS}
        """;

    private const string CallGrammar = """
        root ::= "{\"name\": \"switch_lamp\", \"arguments\": {\"On\": " boolean "}}"
        boolean ::= "true" | "false"
        """;

    public static async Task RunAsync(string path)
    {
        var parameters = new ModelParams(path);
        using LLamaWeights model = LLamaWeights.LoadFromFile(parameters);
        using LLamaContext context = model.CreateContext(parameters);
        var session = new ChatSession(new InteractiveExecutor(context));
        session.WithHistoryTransform(new PromptTemplateTransformer(model, withAssistant: true));
        session.AddSystemMessage(Instructions);
        var calling = new InferenceParams
        {
            SamplingPipeline = new GreedySamplingPipeline { Grammar = new Grammar(CallGrammar, "root") },
        };
        string json = string.Concat(await session.ChatAsync(Message("Switch on the lamp."), calling).ToListAsync());
        Call call = JsonSerializer.Deserialize<Call>(json, JsonSerializerOptions.Web)!;
        string result = call.Name switch
        {
            "switch_lamp" => Switch(call.Arguments.Deserialize<Lamp>()!),
            _ => $"error: there is no function {call.Name}",
        };
        var answering = new InferenceParams { SamplingPipeline = new GreedySamplingPipeline() };
        await foreach (string piece in session.ChatAsync(Message(result), answering))
        {
            Console.Write(piece);
        }
    }

    private static ChatHistory.Message Message(string text) => new(AuthorRole.User, text);

    private static string Switch(Lamp lamp)
    {
        Console.WriteLine(lamp);
        return "done";
    }

    private sealed record Lamp(bool On);

    private sealed record Call(string Name, JsonElement Arguments);
}
