using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;
using static LlamaNative.Tests.Sampling.Candidates;

namespace LlamaNative.Tests.Sampling;

/// <summary>Samplers written in C# between native ones: they take effect, and their errors become exceptions in the caller.</summary>
public sealed class CustomSamplerTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private Vocabulary Vocabulary => tiny.Model.Vocabulary;

    [Fact]
    public void What_it_changes_the_samplers_after_it_see()
    {
        Assert.Equal(Third, Sample(candidates =>
        {
            foreach (ref TokenCandidate item in candidates.Items)
            {
                item.Logit = item.Token == Third ? 5 : item.Logit;
            }

            candidates.IsSorted = false;
        }));
        Assert.Equal(Second, Sample(candidates =>
        {
            candidates.Items[0] = candidates.Items[1];
            candidates.Truncate(1);
        }));
        Assert.Equal(Best, Sample(_ => { }));
    }

    [Fact]
    public void It_can_choose()
    {
        using SamplerChain chain = Chain(new Sampler(candidates => candidates.Selected = 2), greedy: false);
        Assert.Equal(Third, chain.Sample(Four(Vocabulary)));
    }

    [Fact]
    public void Nonsense_it_leaves_is_an_error_and_no_crash()
    {
        Assert.Throws<LlamaException>(() => Sample(candidates => candidates.Items[0].Logit = float.NaN));
        Assert.Throws<LlamaException>(() => Sample(candidates => candidates.Items[0].Logit = float.PositiveInfinity));
        Assert.Throws<LlamaException>(() => Sample(candidates => candidates.Items[0].Token = -1));
        var error = Assert.Throws<LlamaException>(() => Sample(candidates => candidates.Items[0].Token = int.MaxValue));
        Assert.Contains(nameof(Sampler), error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample(candidates => candidates.Truncate(0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample(candidates => candidates.Truncate(5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample(candidates => candidates.Selected = 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample(candidates => candidates.Selected = -2));

        // Selected, and then removed.
        using SamplerChain chain = Chain(
            new Sampler(candidates =>
            {
                candidates.Selected = 3;
                candidates.Truncate(2);
            }),
            greedy: false);
        Assert.Throws<LlamaException>(() => chain.Sample(Four(Vocabulary)));
    }

    [Fact]
    public void What_it_throws_reaches_the_caller_and_the_chain_works_on()
    {
        bool broken = true;
        var sampler = new Sampler(_ => Throw(broken), _ => Throw(broken), () => Throw(broken));
        using SamplerChain chain = Chain(sampler, greedy: true);
        Assert.Throws<InvalidTimeZoneException>(() => chain.Sample(Four(Vocabulary)));
        Assert.Throws<InvalidTimeZoneException>(() => chain.Accept(Best));
        Assert.Throws<InvalidTimeZoneException>(() => chain.Reset());
        broken = false;
        Assert.Equal(Best, chain.Sample(Four(Vocabulary)));
        chain.Accept(Best);
        chain.Reset();
    }

    [Fact]
    public void A_sampler_that_uses_its_own_chain_is_told()
    {
        SamplerChain? chain = null;
        using (chain = Chain(new Sampler(_ => chain!.Sample(Four(Vocabulary))), greedy: true))
        {
            Assert.Throws<InvalidOperationException>(() => chain.Sample(Four(Vocabulary)));
        }
    }

    [Fact]
    public void A_sampler_that_disposes_its_own_chain_finishes_the_call()
    {
        SamplerChain? chain = null;
        chain = Chain(new Sampler(_ => chain!.Dispose()), greedy: true);
        Assert.Equal(Best, chain.Sample(Four(Vocabulary)));
        Assert.Throws<ObjectDisposedException>(() => chain.Sample(Four(Vocabulary)));
    }

    [Fact]
    public void It_hears_of_every_token_and_reset()
    {
        var heard = new List<int>();
        using SamplerChain chain = Chain(new Sampler(_ => { }, heard.Add, () => heard.Add(-1)), greedy: true);
        chain.Accept(Best);
        chain.Reset();
        chain.Accept(Second);
        Assert.Equal([Best, -1, Second], heard);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void In_a_generation_its_exception_ends_that_and_the_context_stays_usable(int where)
    {
        using LlamaContext context = tiny.NewContext();
        using SamplerChain broken = Chain(new Sampler(_ => Throw(where == 0), _ => Throw(where == 1), () => Throw(where == 2)),
            greedy: true);
        Assert.Throws<InvalidTimeZoneException>(() =>
        {
            using GenerationRun run = new TextGenerator(context).Start("the cat", new GenerationOptions { Sampler = _ => broken });
            run.MoveNext();
        });
        var options = new GenerationOptions { MaxTokens = 5, StopAtEndOfGeneration = false, Sampling = SamplingOptions.Greedy };
        Assert.Equal(5, new TextGenerator(context).Generate("the cat", options).Usage.CompletionTokens);
    }

    private static void Throw(bool really)
    {
        if (really)
        {
            throw new InvalidTimeZoneException("mine");
        }
    }

    private int Sample(Act act)
    {
        using SamplerChain chain = Chain(new Sampler(act), greedy: true);
        return chain.Sample(Four(Vocabulary));
    }

    private SamplerChain Chain(CustomSampler sampler, bool greedy)
    {
        using var builder = new SamplerChainBuilder(Vocabulary);
        builder.TopK(4).Add(sampler);
        return (greedy ? builder.TopP(0.99f).Greedy() : builder).Build();
    }

    private delegate void Act(TokenCandidates candidates);

    private sealed class Sampler(Act apply, Action<int>? accept = null, Action? reset = null) : CustomSampler
    {
        public override void Apply(TokenCandidates candidates) => apply(candidates);

        public override void Accept(int token) => accept?.Invoke(token);

        public override void Reset() => reset?.Invoke();
    }
}
