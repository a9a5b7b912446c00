using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>Replaced pipeline steps: their effect, and what happens when they fail.</summary>
public sealed class GenerationPipelineTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly GenerationOptions s_five = new()
    {
        MaxTokens = 5,
        StopAtEndOfGeneration = false,
        Sampling = SamplingOptions.Greedy,
    };

    [Fact]
    public void A_logits_processor_decides_and_a_condition_stops()
    {
        using LlamaContext context = tiny.NewContext();
        int cat = tiny.Vocabulary["cat"];
        GenerationResult result = Run(context, pipeline => pipeline with
        {
            LogitsProcessors = [new Processor((logits, _) => logits[cat] = 1000)],
            StopConditions = [new After(3)],
        });
        Assert.Equal("catcatcat", result.Text);
        Assert.Equal(StopReason.Condition, result.StopReason);
    }

    [Fact]
    public void A_processor_that_throws_ends_the_run_and_not_the_context()
    {
        using LlamaContext context = tiny.NewContext();
        GenerationOptions options = s_five with { LogitsProcessors = [new Processor((_, generated) => Fail(generated.Length == 2))] };
        using GenerationRun run = new TextGenerator(context).Start("the cat", options);
        Assert.True(run.MoveNext());
        Assert.True(run.MoveNext());
        Assert.Throws<InvalidTimeZoneException>(() => run.MoveNext());

        // Continuing could feed a token twice.
        Assert.Throws<InvalidOperationException>(() => run.MoveNext());
        AssertWorks(context);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_processor_that_writes_no_numbers_is_found_out(float value)
    {
        using LlamaContext context = tiny.NewContext();
        Assert.Throws<LlamaException>(
            () => Run(context, pipeline => pipeline with { LogitsProcessors = [new Processor((logits, _) => logits.Fill(value))] }));
        Assert.Throws<LlamaException>(
            () => Run(context,
                pipeline => pipeline with { LogitsProcessors = [new Processor((logits, _) => logits.Fill(float.NegativeInfinity))] }));
        AssertWorks(context);
    }

    [Fact]
    public void A_model_whose_weights_are_no_numbers_is_found_out()
    {
        using var file = new TinyModel(new TinyModelOptions { Broken = true });
        using LlamaModel model = file.Load();
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        var error = Assert.Throws<LlamaException>(() => new TextGenerator(context).Generate("the cat", s_five));
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
        Assert.Throws<ModelLoadException>(() => file.Load(new ModelOptions { CheckTensors = true }));
    }

    [Fact]
    public void A_sampler_that_answers_with_no_token_is_found_out()
    {
        using LlamaContext context = tiny.NewContext();
        foreach (int token in (int[])[-1, int.MaxValue, tiny.Model.Vocabulary.Count])
        {
            Assert.ThrowsAny<ArgumentException>(
                () => Run(context, pipeline => pipeline with { Sampler = new Script(tiny.Vocabulary, token, token) }));
        }

        AssertWorks(context);
    }

    [Fact]
    public void A_tokenizer_that_fails_or_lies_is_found_out()
    {
        using LlamaContext context = tiny.NewContext();
        Assert.Throws<InvalidTimeZoneException>(
            () => Run(context, pipeline => pipeline with { Tokenizer = new Tokenizer(() => throw new InvalidTimeZoneException()) }));
        Assert.ThrowsAny<ArgumentException>(() => Run(context, pipeline => pipeline with { Tokenizer = new Tokenizer(() => []) }));
        Assert.ThrowsAny<ArgumentException>(() => Run(context, pipeline => pipeline with { Tokenizer = new Tokenizer(() => [5, -7]) }));
        AssertWorks(context);
    }

    [Fact]
    public void An_empty_prompt_is_a_wrong_argument_unless_something_begins_it()
    {
        using LlamaContext context = tiny.NewContext();
        var error = Assert.Throws<ArgumentException>(() => new TextGenerator(context).Generate("", s_five with { AddSpecial = false }));
        Assert.Contains("no tokens", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TextGenerator(context).Start([], s_five));
        Assert.Throws<ArgumentNullException>(() => new TextGenerator(context).Generate((string)null!, s_five));

        // The BOS token alone is a valid prompt.
        Assert.Equal(1, new TextGenerator(context).Generate("", s_five).Usage.PromptTokens);
    }

    [Fact]
    public void What_is_disposed_refuses()
    {
        using LlamaContext context = tiny.NewContext();
        GenerationRun run = new TextGenerator(context).Start("the cat", s_five);
        Assert.True(run.MoveNext());
        Assert.Throws<InvalidOperationException>(() => run.GetResult());
        run.Dispose();
        run.Dispose();
        Assert.Throws<ObjectDisposedException>(() => run.MoveNext());
        var pass = new ContextForwardPass(context);
        pass.Dispose();
        pass.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pass.Forward([5], default).Length);
        AssertWorks(context);
    }

    [Fact]
    public void A_copied_pipeline_frees_nothing_and_a_freed_one_refuses()
    {
        using LlamaContext context = tiny.NewContext();
        var generator = new TextGenerator(context);
        GenerationPipeline? made = null;
        using var own = new DisposedOnce(SamplerChain.Create(tiny.Model.Vocabulary, SamplingOptions.Greedy));
        var replaced = new DisposedOnce(SamplerChain.Create(tiny.Model.Vocabulary, SamplingOptions.Greedy));
        GenerationRun run = generator.Start("the cat", s_five with { Sampler = _ => replaced }, steps =>
        {
            made = steps;
            return steps with { Sampler = own };
        });
        Assert.True(run.MoveNext());
        using (GenerationRun other = generator.Start("the cat", s_five, steps => made! with { Tokenizer = steps.Tokenizer }))
        {
            // A run can use another run's steps; disposing it frees only its own.
            Assert.True(other.MoveNext());
        }

        Assert.Equal((0, 0), (own.Disposals, replaced.Disposals));
        run.Dispose();
        Assert.Equal((0, 1), (own.Disposals, replaced.Disposals));

        // Freed steps that a copy still references throw instead of accessing freed memory.
        Assert.Throws<ObjectDisposedException>(() => made!.Sampler.Sample(new float[tiny.Model.Vocabulary.Count]));
        Assert.Throws<ObjectDisposedException>(() => made!.Forward.Forward([5], default).Length);
        GenerationRun late = generator.Start("the cat", s_five, steps => made! with { Sampler = steps.Sampler });
        Assert.Throws<ObjectDisposedException>(() => late.MoveNext());
        late.Dispose();
        AssertWorks(context);
    }

    private static void Fail(bool really)
    {
        if (really)
        {
            throw new InvalidTimeZoneException("mine");
        }
    }

    private static GenerationResult Run(LlamaContext context, Func<GenerationPipeline, GenerationPipeline> change)
    {
        using GenerationRun run = new TextGenerator(context).Start("the cat", s_five, change);
        while (run.MoveNext())
        {
        }

        return run.GetResult();
    }

    private void AssertWorks(LlamaContext context)
    {
        using LlamaContext fresh = tiny.NewContext();
        Assert.Equal(new TextGenerator(fresh).Generate("the cat", s_five).Text,
            new TextGenerator(context).Generate("the cat", s_five).Text);
    }

    private sealed class DisposedOnce(SamplerChain chain) : ITokenSampler, IDisposable
    {
        public int Disposals { get; private set; }

        public int Sample(ReadOnlySpan<float> logits) => chain.Sample(logits);

        public void Accept(int token) => chain.Accept(token);

        public void AcceptPrompt(ReadOnlySpan<int> tokens) => chain.AcceptPrompt(tokens);

        public void Reset() => chain.Reset();

        public void Dispose()
        {
            Disposals++;
            chain.Dispose();
        }
    }

    private delegate void Change(Span<float> logits, ReadOnlySpan<int> generated);

    private sealed class Processor(Change change) : ILogitsProcessor
    {
        public void Process(Span<float> logits, ReadOnlySpan<int> generated) => change(logits, generated);
    }

    private sealed class After(int count) : IStopCondition
    {
        public bool IsMet(ReadOnlySpan<int> generated) => generated.Length == count;
    }

    private sealed class Tokenizer(Func<int[]> tokens) : ITokenizer
    {
        public int[] Tokenize(string prompt) => tokens();
    }
}
