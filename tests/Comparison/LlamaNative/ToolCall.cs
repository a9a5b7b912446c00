using System.Text.Json.Serialization;
using LlamaNative;

namespace Comparison;

internal static partial class ToolCall
{
    public static async Task RunAsync(string path)
    {
        using LlamaModel model = LlamaModel.Load(path);
        using var context = new LlamaContext(model);
        var tool = ToolFunction.Create("switch_lamp", "Switches a lamp.", LampJson.Default.Lamp, (lamp, _) => SwitchAsync(lamp));
        var session = new ChatSession(context, new() { Tools = [tool.Definition], ToolChoice = ToolChoice.Required });
        var runner = new ToolRunner(session, [tool]);
        await foreach (string piece in runner.SendAsync("Switch on the lamp.", new() { Sampling = SamplingOptions.Greedy }))
        {
            Console.Write(piece);
        }
    }

    private static Task<string> SwitchAsync(Lamp lamp)
    {
        Console.WriteLine(lamp);
        return Task.FromResult("done");
    }

    private sealed record Lamp(bool On);

    [JsonSerializable(typeof(Lamp))]
    private sealed partial class LampJson : JsonSerializerContext;
}
