using LlamaNative;

namespace TrainTinyChat.Evaluation;

/// <summary>
/// Ten conversations for the model card, written before the model was trained; some are deliberately too hard for it. The
/// answers are decoded greedily and not edited.
/// </summary>
internal static class SampleConversations
{
    private static readonly (string? System, string[] Said)[] s_scripts =
    [
        (null, ["Hello!", "My name is Ada.", "What is 9 + 7?", "What is my name?", "Thank you, bye!"]),
        (null, ["what is the answer to the ultimate question of life, the universe, and everything?"]),
        ("You are Nova, a helpful assistant.", ["Who are you?", "你好", "How do you say thank you in Chinese?"]),
        (null, ["Tell me a story about a curious fox named Mira.", "Thanks!"]),
        (null, ["Count from 4 to 11.", "Which is bigger, 13 or 7?", "What comes before 20?"]),
        (null, ["I like tea.", "What colour is a lemon?", "What do I like?", "What is my name?"]),
        (null, ["What is the capital of Japan?", "What is the capital of Atlantis?", "What month comes after December?"]),
        (null, ["I am sad today.", "Tell me a joke.", "Show me a rainbow."]),
        (null, ["What is 23 + 58?", "What is 7 - 4?", "Explain quantum physics."]),
        (null, ["My friend Bob has a red car and I have two dogs. What do you think about that?", "Write a poem about the sea."]),
    ];

    public static async Task WriteAsync(string path, TextWriter output)
    {
        using LlamaModel model = LlamaModel.Load(path, new ModelOptions { GpuLayers = 0 });
        var options = new GenerationOptions { MaxTokens = 100, Sampling = SamplingOptions.Greedy };
        int number = 0;
        foreach ((string? system, string[] said) in s_scripts)
        {
            using var context = new LlamaContext(model, new ContextOptions { Threads = 1, BatchThreads = 1 });
            var session = new ChatSession(context, new ChatSessionOptions { SystemPrompt = system });
            await output.WriteLineAsync($"{++number}.{(system is null ? "" : $" (system: {system})")}");
            await output.WriteLineAsync();
            foreach (string line in said)
            {
                ChatMessage answer = await session.SendAsync(line, options).CompleteAsync();
                await output.WriteLineAsync($"       > {line}");
                await output.WriteLineAsync($"       {answer.Content}");
            }

            await output.WriteLineAsync();
        }
    }
}
