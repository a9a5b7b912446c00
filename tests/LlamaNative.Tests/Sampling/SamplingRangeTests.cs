using LlamaNative.Models;
using LlamaNative.Sampling;
using static LlamaNative.Tests.Sampling.Candidates;

namespace LlamaNative.Tests.Sampling;

/// <summary>Options out of range, invalid logits and chains that cannot select a token; a valid chain works afterwards.</summary>
public sealed class SamplingRangeTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly SamplingOptions s_mirostat2 = new() { Mirostat = Mirostat.V2 };
    private static readonly SamplingOptions s_adaptive = new() { Order = [SamplerKind.AdaptiveP] };

    private Vocabulary Vocabulary => tiny.Model.Vocabulary;

    public static TheoryData<string, SamplingOptions> Bad
    {
        get
        {
            var bad = new TheoryData<string, SamplingOptions>();
            foreach (float value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            {
                bad.Add("TopP", new SamplingOptions { TopP = value });
                bad.Add("MinP", new SamplingOptions { MinP = value });
                bad.Add("TypicalP", new SamplingOptions { TypicalP = value });
                bad.Add("XtcProbability", new SamplingOptions { XtcProbability = value });
                bad.Add("XtcThreshold", new SamplingOptions { XtcThreshold = value });
                bad.Add("TopNSigma", new SamplingOptions { TopNSigma = value });
                bad.Add("RepeatPenalty", new SamplingOptions { RepeatPenalty = value });
                bad.Add("FrequencyPenalty", new SamplingOptions { FrequencyPenalty = value });
                bad.Add("PresencePenalty", new SamplingOptions { PresencePenalty = value });
                bad.Add("DryMultiplier", new SamplingOptions { DryMultiplier = value });
                bad.Add("DryBase", new SamplingOptions { DryBase = value, DryMultiplier = 1 });
                bad.Add("MirostatTau", s_mirostat2 with { MirostatTau = value });
                bad.Add("MirostatEta", s_mirostat2 with { MirostatEta = value });
                bad.Add("AdaptiveTarget", s_adaptive with { AdaptiveTarget = value });
                bad.Add("AdaptiveDecay", s_adaptive with { AdaptiveDecay = value });
                bad.Add("DynamicTemperatureExponent", new SamplingOptions { DynamicTemperatureExponent = value });
            }

            bad.Add("Temperature", new SamplingOptions { Temperature = float.NaN });
            bad.Add("Temperature", new SamplingOptions { Temperature = float.PositiveInfinity });
            bad.Add("DynamicTemperatureRange", new SamplingOptions { DynamicTemperatureRange = float.NaN });
            bad.Add("TopP", new SamplingOptions { TopP = -0.1f });
            bad.Add("TopP", new SamplingOptions { TopP = 1.1f });
            bad.Add("MinP", new SamplingOptions { MinP = 2 });
            bad.Add("RepeatPenalty", new SamplingOptions { RepeatPenalty = 0 });
            bad.Add("RepeatPenalty", new SamplingOptions { RepeatPenalty = -1 });
            bad.Add("RepeatPenalty", new SamplingOptions { RepeatPenalty = float.Epsilon });
            bad.Add("PenaltyLastN", new SamplingOptions { PenaltyLastN = -1 });
            bad.Add("PenaltyLastN", new SamplingOptions { PenaltyLastN = int.MaxValue });
            bad.Add("DryPenaltyLastN", new SamplingOptions { DryPenaltyLastN = int.MaxValue, DryMultiplier = 1 });
            bad.Add("DryAllowedLength", new SamplingOptions { DryAllowedLength = -1, DryMultiplier = 1 });
            bad.Add("MinKeep", new SamplingOptions { MinKeep = -1 });
            bad.Add("breakers", new SamplingOptions { DryMultiplier = 1, DrySequenceBreakers = [""] });
            bad.Add("breakers", new SamplingOptions { DryMultiplier = 1, DrySequenceBreakers = [.. Enumerable.Repeat("x", 1000)] });
            bad.Add("Mirostat", new SamplingOptions { Mirostat = (Mirostat)7 });
            bad.Add("Order", new SamplingOptions { Order = [(SamplerKind)77] });
            bad.Add("last", new SamplingOptions { Order = [SamplerKind.Infill, SamplerKind.TopK] });
            bad.Add("last", new SamplingOptions { Order = [SamplerKind.AdaptiveP, SamplerKind.TopK] });
            bad.Add("bias", new SamplingOptions { LogitBias = new Dictionary<int, float> { [5] = float.NaN } });
            bad.Add("bias", new SamplingOptions { LogitBias = new Dictionary<int, float> { [5] = float.PositiveInfinity } });
            bad.Add("LogitBias", new SamplingOptions { LogitBias = new Dictionary<int, float> { [-1] = 1 } });
            bad.Add("from 0", new SamplingOptions { LogitBias = new Dictionary<int, float> { [int.MaxValue] = 1 } });
            return bad;
        }
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Options_out_of_range_are_wrong_arguments(string name, SamplingOptions options)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => SamplerChain.Create(Vocabulary, options));
        Assert.Contains(name, error.Message, StringComparison.OrdinalIgnoreCase);
        AssertSamples();
    }

    [Fact]
    public void Extremes_within_range_choose_a_token_or_say_why_not()
    {
        float[] extremes = [0, 1, -1, 1e-38f, 1e38f, -1e38f, float.MaxValue, float.MinValue, float.Epsilon, 0.5f];
        var random = new Random(9);
        float[] logits = [.. Enumerable.Range(0, Vocabulary.Count).Select(i => (float)((random.NextDouble() - 0.5) * 30))];
        for (int round = 0; round < 300; round++)
        {
            float Pick() => extremes[random.Next(extremes.Length)];
            float Share() => Math.Clamp(Pick(), 0, 1);
            var options = new SamplingOptions
            {
                Seed = (uint)round,
                Temperature = Pick(),
                DynamicTemperatureRange = Pick(),
                DynamicTemperatureExponent = Pick(),
                TopK = random.Next(-2, 400),
                TopP = Share(),
                MinP = Share(),
                TypicalP = Share(),
                XtcProbability = Share(),
                XtcThreshold = Share(),
                TopNSigma = Pick(),
                MinKeep = random.Next(3) == 0 ? int.MaxValue : 0,
                RepeatPenalty = Math.Abs(Pick()) + 0.1f,
                FrequencyPenalty = Pick(),
                PresencePenalty = Pick(),
                DryMultiplier = Pick(),
                DryBase = Pick(),
                DryAllowedLength = random.Next(3),
                Mirostat = random.Next(4) == 0 ? (Mirostat)random.Next(3) : Mirostat.Disabled,
                MirostatTau = Pick(),
                MirostatEta = Pick(),
            };
            try
            {
                using SamplerChain chain = SamplerChain.Create(Vocabulary, options);
                for (int i = 0; i < 8; i++)
                {
                    int token = chain.Sample(logits);
                    Assert.InRange(token, 0, Vocabulary.Count - 1);
                    chain.Accept(token);
                }
            }
            catch (Exception error) when (error is LlamaException or ArgumentException)
            {
            }
        }

        AssertSamples();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_no_numbers_are_refused(float value)
    {
        foreach (SamplingOptions options in (SamplingOptions[])[new(), SamplingOptions.Greedy, s_mirostat2, s_adaptive])
        {
            using SamplerChain chain = SamplerChain.Create(Vocabulary, options);
            float[] logits = Four(Vocabulary);
            logits[33] = value;
            var error = Assert.Throws<LlamaException>(() => chain.Sample(logits));
            Assert.Contains("token 33", error.Message, StringComparison.Ordinal);
            Assert.InRange(chain.Sample(Four(Vocabulary)), 0, Vocabulary.Count - 1);
        }
    }

    [Fact]
    public void A_token_that_is_forbidden_is_never_the_answer()
    {
        // llama.cpp's samplers return a token even if all are forbidden.
        var all = new float[Vocabulary.Count];
        Array.Fill(all, float.NegativeInfinity);
        foreach (SamplingOptions options in (SamplingOptions[])[new(), SamplingOptions.Greedy, s_mirostat2, s_adaptive, new()
        {
            TypicalP = 0.5f,
            TopK = 0,
        }])
        {
            using SamplerChain chain = SamplerChain.Create(Vocabulary, options);
            Assert.Throws<LlamaException>(() => chain.Sample(all));
        }

        var biases = Enumerable.Range(0, Vocabulary.Count).ToDictionary(token => token, _ => float.NegativeInfinity);
        using SamplerChain biased = SamplerChain.Create(Vocabulary, new SamplingOptions { LogitBias = biases });
        Assert.Throws<LlamaException>(() => biased.Sample(Four(Vocabulary)));
        AssertSamples();
    }

    [Fact]
    public void Logits_of_another_length_are_a_wrong_argument()
    {
        using SamplerChain chain = SamplerChain.Create(Vocabulary);
        Assert.Throws<ArgumentException>(() => chain.Sample(new float[5]));
        Assert.Throws<ArgumentException>(() => chain.Sample([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Accept(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Accept(Vocabulary.Count));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.AcceptPrompt([5, int.MaxValue]));
        Assert.InRange(chain.Sample(Four(Vocabulary)), 0, Vocabulary.Count - 1);
    }

    [Fact]
    public void A_chain_without_a_choosing_sampler_says_so()
    {
        using var builder = new SamplerChainBuilder(Vocabulary);
        using SamplerChain chain = builder.TopK(5).Build();
        var error = Assert.Throws<LlamaException>(() => chain.Sample(Four(Vocabulary)));
        Assert.Contains("chose no token", error.Message, StringComparison.Ordinal);
        using var nothing = new SamplerChainBuilder(Vocabulary);
        using SamplerChain empty = nothing.Build();
        Assert.Throws<LlamaException>(() => empty.Sample(Four(Vocabulary)));
    }

    [Fact]
    public void A_builder_builds_once_and_nothing_after_dispose()
    {
        var builder = new SamplerChainBuilder(Vocabulary);
        SamplerChain chain = builder.Greedy().Build();
        Assert.Throws<InvalidOperationException>(() => builder.Build());
        Assert.Throws<InvalidOperationException>(() => builder.Greedy());
        builder.Dispose();
        Assert.Equal(Best, chain.Sample(Four(Vocabulary)));
        chain.Dispose();
        chain.Dispose();
        Assert.Throws<ObjectDisposedException>(() => chain.Sample(Four(Vocabulary)));
        Assert.Throws<ObjectDisposedException>(() => chain.Accept(5));
        Assert.Throws<ObjectDisposedException>(() => chain.AcceptPrompt([5]));
        Assert.Throws<ObjectDisposedException>(() => chain.Reset());
        var unused = new SamplerChainBuilder(Vocabulary);
        unused.Dispose();
        unused.Dispose();
        Assert.Throws<ObjectDisposedException>(() => unused.Greedy());
        Assert.Throws<ObjectDisposedException>(() => unused.Grammar("root ::= \"a\""));
    }

    private void AssertSamples()
    {
        using SamplerChain chain = SamplerChain.Create(Vocabulary, SamplingOptions.Greedy);
        Assert.Equal(Best, chain.Sample(Four(Vocabulary)));
    }
}
