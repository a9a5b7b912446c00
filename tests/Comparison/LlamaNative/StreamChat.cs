using LlamaNative;

namespace Comparison;

internal static class StreamChat
{
    public static async Task RunAsync(string path)
    {
        using LlamaModel model = LlamaModel.Load(path);
        using var context = new LlamaContext(model);
        var session = new ChatSession(context, new() { SystemPrompt = "You are Nova, a helpful assistant." });
        var options = new GenerationOptions { Sampling = SamplingOptions.Greedy };
        foreach (string message in new[] { "Who are you?", "My name is Ada.", "What is my name?" })
        {
            await foreach (string piece in session.SendAsync(message, options))
            {
                Console.Write(piece);
            }

            Console.WriteLine();
        }
    }
}
