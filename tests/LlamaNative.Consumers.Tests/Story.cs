using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Consumers.Tests;

/// <summary>
/// The text that every application must print: the most probable continuation of a prompt, generated in this process by
/// the repository's own build. The model is the repository's tiny-chat.gguf, or one with random weights if it is missing.
/// </summary>
internal sealed class Story
{
    public const int Tokens = 24;

    public Story(string folder)
    {
        string own = Repository.PathOf("models", "tiny-chat.gguf");
        ModelPath = Path.Combine(folder, "story model.gguf");
        if (File.Exists(own))
        {
            File.Copy(own, ModelPath);
            Prompt = "Once upon a time, there was a little";
        }
        else
        {
            new TinyModelOptions().Save(ModelPath);
            Prompt = "the cat";
        }

        Text = Continue(ModelPath, Prompt);
        Assert.False(string.IsNullOrWhiteSpace(Text));
    }

    public string ModelPath { get; }

    public string Prompt { get; }

    public string Text { get; }

    /// <summary>MODEL PROMPT TOKENS, as the console applications take them.</summary>
    public string[] Arguments => [ModelPath, Prompt, $"{Tokens}"];

    /// <summary>The most probable continuation of a prompt, by the repository's own build in this process.</summary>
    public static string Continue(string modelPath, string prompt, bool parseSpecial = false)
    {
        using LlamaModel model = LlamaModel.Load(modelPath);
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        var options = new GenerationOptions { MaxTokens = Tokens, Sampling = SamplingOptions.Greedy, ParseSpecial = parseSpecial };
        return new TextGenerator(context).Generate(prompt, options).Text;
    }
}
