using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>A prompt with its own begin-of-text token gets another one, and the model's log names the option against it.</summary>
public sealed class VocabularyStepsTests
{
    [Theory]
    [InlineData("<s>the cat", true, true, true)]
    [InlineData("<s>the cat", true, false, false)]
    [InlineData("<s>the cat", false, true, false)] // plain text without ParseSpecial
    [InlineData("the cat", true, true, false)]
    public void Two_begin_of_text_tokens_are_warned_of(string prompt, bool parseSpecial, bool addSpecial, bool warned)
    {
        var log = new ListLogger();
        using var tiny = new TinyModel();
        using LlamaModel model = tiny.Load(new ModelOptions { Logger = log });
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        new TextGenerator(context).Generate(prompt, new GenerationOptions
        {
            MaxTokens = 1,
            ParseSpecial = parseSpecial,
            AddSpecial = addSpecial,
            Sampling = SamplingOptions.Greedy,
        });
        Assert.Equal(warned, log.Lines.Exists(line => line.Contains("GenerationOptions.AddSpecial", StringComparison.Ordinal)));
        int bos = model.Vocabulary.Bos!.Value;
        Assert.Equal(warned ? 2 : 1, context.Cache.GetTokens().Count(token => token == bos));
    }
}
