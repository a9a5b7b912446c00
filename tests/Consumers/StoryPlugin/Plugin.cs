using LlamaNative;

namespace StoryPlugin;

/// <summary>The host calls it by name, because it shares no type with the plugin.</summary>
public static class Plugin
{
    public static string Tell(string modelPath, string prompt, int tokens)
    {
        using LlamaModel model = LlamaModel.Load(modelPath);
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        return new TextGenerator(context).Generate(prompt,
            new GenerationOptions { MaxTokens = tokens, Sampling = SamplingOptions.Greedy }).Text;
    }
}
