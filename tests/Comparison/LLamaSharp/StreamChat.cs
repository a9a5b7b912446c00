using LLama;
using LLama.Common;
using LLama.Sampling;
using LLama.Transformers;

namespace Comparison;

internal static class StreamChat
{
    public static async Task RunAsync(string path)
    {
        var parameters = new ModelParams(path);
        using LLamaWeights model = LLamaWeights.LoadFromFile(parameters);
        using LLamaContext context = model.CreateContext(parameters);
        var session = new ChatSession(new InteractiveExecutor(context));
        session.WithHistoryTransform(new PromptTemplateTransformer(model, withAssistant: true));
        session.AddSystemMessage("You are Nova, a helpful assistant.");
        var options = new InferenceParams { SamplingPipeline = new GreedySamplingPipeline() };
        foreach (string message in new[] { "Who are you?", "My name is Ada.", "What is my name?" })
        {
            await foreach (string piece in session.ChatAsync(new ChatHistory.Message(AuthorRole.User, message), options))
            {
                Console.Write(piece);
            }

            Console.WriteLine();
        }
    }
}
