using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>The part of a prompt in the cache is not evaluated again, and the text stays the same.</summary>
public sealed class ContextForwardPassTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly GenerationOptions s_ten = new()
    {
        MaxTokens = 10,
        StopAtEndOfGeneration = false,
        Sampling = SamplingOptions.Greedy,
    };

    [Fact]
    public void A_conversation_evaluates_only_what_is_new()
    {
        using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        int[] first = [.. tiny.Cat];
        GenerationResult one = Run(generator, first, s_ten);
        Assert.Equal(new TokenUsage(first.Length, 0, 10), one.Usage);

        // The last generated token was not evaluated, so the cache contains prompt and answer except for it.
        int[] second = [.. first, .. one.Tokens, 40, 41];
        GenerationResult two = Run(generator, second, s_ten);
        Assert.Equal(new TokenUsage(second.Length, first.Length + 9, 10), two.Usage);

        using LlamaContext fresh = tiny.NewContext();
        GenerationResult again = Run(new TextGenerator(fresh), second, s_ten);
        Assert.Equal(again.Tokens, two.Tokens);
        Assert.Equal(0, again.Usage.CachedTokens);
    }

    [Fact]
    public void The_same_prompt_again_evaluates_its_last_token()
    {
        using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        int[] prompt = [5, 6, 7, 8];
        IReadOnlyList<int> tokens = Run(generator, prompt, s_ten).Tokens;
        GenerationResult again = Run(generator, prompt, s_ten);
        Assert.Equal(3, again.Usage.CachedTokens);
        Assert.Equal(tokens, again.Tokens);
    }

    [Fact]
    public void A_prompt_that_branches_off_keeps_the_common_beginning()
    {
        using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        Run(generator, [5, 6, 7, 8], s_ten);
        GenerationResult other = Run(generator, [5, 6, 40, 41], s_ten);
        Assert.Equal(2, other.Usage.CachedTokens);
        using LlamaContext fresh = tiny.NewContext();
        Assert.Equal(Run(new TextGenerator(fresh), [5, 6, 40, 41], s_ten).Tokens, other.Tokens);
        Assert.Equal(0, Run(generator, [9, 6, 40], s_ten).Usage.CachedTokens);
    }

    [Fact]
    public void Reuse_can_be_turned_off()
    {
        using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        Run(generator, [5, 6, 7, 8], s_ten);
        Assert.Equal(0, Run(generator, [5, 6, 7, 8], s_ten with { ReuseCache = false }).Usage.CachedTokens);
    }

    [Fact]
    public void A_sliding_window_that_has_moved_on_starts_anew()
    {
        using var file = new TinyModel(new TinyModelOptions { Architecture = "gemma2", SlidingWindow = 32 });
        using LlamaModel model = file.Load();
        using var context = new LlamaContext(model, new ContextOptions
        {
            ContextSize = 512,
            BatchSize = 32,
            FullSlidingWindowCache = false,
            Threads = 1,
        });
        using var fresh = new LlamaContext(model, new ContextOptions
        {
            ContextSize = 512,
            BatchSize = 32,
            FullSlidingWindowCache = false,
            Threads = 1,
        });
        var generator = new TextGenerator(context);
        int[] prompt = [.. Enumerable.Range(0, 200).Select(i => 3 + i)];
        Run(generator, prompt, s_ten);
        GenerationResult shorter = Run(generator, prompt[..50], s_ten);
        Assert.Equal(Run(new TextGenerator(fresh), prompt[..50], s_ten).Tokens, shorter.Tokens);
    }

    [Fact]
    public void The_same_seed_gives_the_same_text_and_another_another()
    {
        using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        string Text(uint seed) => generator.Generate("the cat",
            s_ten with { MaxTokens = 30, Sampling = new SamplingOptions { Seed = seed, Temperature = 1.5f } }).Text;
        Assert.Equal(Text(1), Text(1));
        Assert.NotEqual(Text(1), Text(2));
    }

    [Fact]
    public void A_context_that_fills_up_ends_the_generation()
    {
        using LlamaContext context = tiny.NewContext();
        GenerationResult result = Run(new TextGenerator(context), [5, 6, 7], s_ten with { MaxTokens = null });
        Assert.Equal(StopReason.ContextFull, result.StopReason);

        // 256 cells hold the prompt and all but the last of the tokens, which needs none to be chosen.
        Assert.Equal(254, result.Usage.CompletionTokens);
        Assert.Equal(256, context.Cache.GetLength());
        Assert.Equal(10, Run(new TextGenerator(context), [5, 6, 7], s_ten).Usage.CompletionTokens);
    }

    [Fact]
    public void A_prompt_longer_than_the_context_is_refused_and_changes_nothing()
    {
        using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        Run(generator, [5, 6, 7], s_ten);
        var error = Assert.Throws<ContextOverflowException>(() => generator.Start(new int[257], s_ten));
        Assert.Equal((257, 256), (error.PromptTokens, error.ContextSize));
        Assert.Equal(12, context.Cache.GetLength());
        GenerationResult full = Run(generator, [.. Enumerable.Repeat(5, 256)], s_ten);
        Assert.Equal((StopReason.ContextFull, 1), (full.StopReason, full.Usage.CompletionTokens));
    }

    [Fact]
    public void Two_sequences_of_one_context_do_not_disturb_each_other()
    {
        using LlamaContext context = tiny.NewContext(size: 512, sequences: 2);
        using GenerationRun a = new TextGenerator(context).Start([5, 6, 7], s_ten);
        using GenerationRun b = new TextGenerator(context, sequence: 1).Start([40, 41], s_ten);
        while (a.MoveNext() | b.MoveNext())
        {
        }

        using LlamaContext fresh = tiny.NewContext();
        Assert.Equal(Run(new TextGenerator(fresh), [5, 6, 7], s_ten).Tokens, a.GetResult().Tokens);
        Assert.Equal(Run(new TextGenerator(fresh), [40, 41], s_ten).Tokens, b.GetResult().Tokens);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextGenerator(context, sequence: 2).Start([5], s_ten));
    }

    private static GenerationResult Run(TextGenerator generator, int[] prompt, GenerationOptions options)
    {
        using GenerationRun run = generator.Start(prompt, options);
        while (run.MoveNext())
        {
        }

        return run.GetResult();
    }
}
