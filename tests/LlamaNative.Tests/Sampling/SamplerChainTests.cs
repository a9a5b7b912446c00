using LlamaNative.Models;
using LlamaNative.Sampling;
using static LlamaNative.Tests.Sampling.Candidates;

namespace LlamaNative.Tests.Sampling;

/// <summary>Each sampler on four tokens with probabilities 1/2, 1/4, 1/8, 1/8, compared with values computed by hand.</summary>
public sealed class SamplerChainTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private const float Tolerance = 1e-3f;

    private Vocabulary Vocabulary => tiny.Model.Vocabulary;

    private float[] Logits => Four(Vocabulary);

    [Fact]
    public void Top_k_keeps_the_best_in_order()
    {
        Assert.Equal([Best, Second], After(Vocabulary, Logits, b => b.TopK(2)).Tokens);
        Assert.Equal([Best, Second, Third, Fourth], After(Vocabulary, Logits, b => b.TopK(0)).Tokens);
        Assert.Equal(Vocabulary.Count, After(Vocabulary, Logits, b => b.TopK(-1), topK: 0).Tokens.Length);
        Assert.Equal(Vocabulary.Count, After(Vocabulary, Logits, b => b.TopK(int.MaxValue), topK: 0).Tokens.Length);
    }

    [Fact]
    public void Top_p_keeps_until_the_sum_is_reached()
    {
        // 1/2 < 0.7 <= 3/4, and 3/4 < 0.8 <= 7/8.
        Assert.Equal([Best, Second], After(Vocabulary, Logits, b => b.TopP(0.7f)).Tokens);
        Assert.Equal([Best, Second, Third], After(Vocabulary, Logits, b => b.TopP(0.8f)).Tokens);
        Assert.Equal([Best, Second, Third], After(Vocabulary, Logits, b => b.TopP(0.1f, minKeep: 3)).Tokens);
        Assert.Equal([Best], After(Vocabulary, Logits, b => b.TopP(0)).Tokens);
        Assert.Equal(4, After(Vocabulary, Logits, b => b.TopP(1)).Tokens.Length);
    }

    [Fact]
    public void Min_p_keeps_what_is_near_the_best()
    {
        // Relative to the best the tokens have 1, 1/2, 1/4, 1/4.
        Assert.Equal([Best, Second], After(Vocabulary, Logits, b => b.MinP(0.3f)).Tokens);
        Assert.Equal([Best], After(Vocabulary, Logits, b => b.MinP(0.6f)).Tokens);
        Assert.Equal(4, After(Vocabulary, Logits, b => b.MinP(0.2f)).Tokens.Length);
        Assert.Equal([Best, Second, Third], After(Vocabulary, Logits, b => b.MinP(1, minKeep: 3)).Tokens);
    }

    [Fact]
    public void Typical_keeps_what_is_nearest_to_the_entropy()
    {
        // H = 1.2130 nats; the surprises 0.693, 1.386, 2.079, 2.079 are 0.520, 0.173, 0.866, 0.866 away from it.
        Assert.Equal([Second], After(Vocabulary, Logits, b => b.TypicalP(0.2f)).Tokens);
        Assert.Equal([Second, Best], After(Vocabulary, Logits, b => b.TypicalP(0.6f)).Tokens);
        Assert.Equal(4, After(Vocabulary, Logits, b => b.TypicalP(1)).Tokens.Length);
    }

    [Fact]
    public void Temperature_divides()
    {
        Assert.Equal(2 * MathF.Log(0.25f), After(Vocabulary, Logits, b => b.Temperature(0.5f))[Second], Tolerance);
        Assert.Equal(float.NegativeInfinity, After(Vocabulary, Logits, b => b.Temperature(0))[Second]);
        Assert.Equal(float.NegativeInfinity, After(Vocabulary, Logits, b => b.Temperature(-1))[Second]);
        Assert.Equal(MathF.Log(0.5f), After(Vocabulary, Logits, b => b.Temperature(float.Epsilon))[Best], Tolerance);
    }

    [Fact]
    public void Dynamic_temperature_follows_the_entropy()
    {
        // 3/4 and 1/4: H = 0.5623 of at most ln 2 = 0.6931, so 0.8113; from 1 - 0.5 to 1 + 0.5 that is 1.3113.
        float[] two = Of(Vocabulary, (Best, MathF.Log(0.75f)), (Second, MathF.Log(0.25f)));
        Assert.Equal(MathF.Log(0.25f) / 1.3113f, After(Vocabulary, two, b => b.DynamicTemperature(1, 0.5f, 1), topK: 2)[Second], Tolerance);
        Assert.Equal(MathF.Log(0.25f) / (0.5f + (0.8113f * 0.8113f)),
            After(Vocabulary, two, b => b.DynamicTemperature(1, 0.5f, 2), topK: 2)[Second], Tolerance);
        Assert.Equal(MathF.Log(0.25f) / 2, After(Vocabulary, two, b => b.DynamicTemperature(2, 0, 1), topK: 2)[Second], Tolerance);
    }

    [Fact]
    public void Penalties_divide_count_and_subtract()
    {
        float[] logits = Of(Vocabulary, (Best, 4), (Second, -1), (Third, 3));
        Probe all = After(Vocabulary, logits, b => b.Penalties(64, repeat: 2, frequency: 0.5f, presence: 0.25f), 3, Best, Best, Second);
        Assert.Equal((4 / 2f) - (2 * 0.5f) - 0.25f, all[Best], Tolerance);
        Assert.Equal((-1 * 2f) - 0.5f - 0.25f, all[Second], Tolerance);
        Assert.Equal(3, all[Third], Tolerance);

        // Only the last token is considered.
        Probe last = After(Vocabulary, logits, b => b.Penalties(1, repeat: 2), 3, Best, Best, Second);
        Assert.Equal(4, last[Best], Tolerance);
        Assert.Equal(-2, last[Second], Tolerance);
    }

    [Fact]
    public void Penalties_look_at_the_prompt_and_forget_it_on_reset()
    {
        var probe = new Probe();
        using var builder = new SamplerChainBuilder(Vocabulary);
        using SamplerChain chain = builder.Penalties(64, frequency: 1).Add(probe).Build();
        chain.AcceptPrompt([Best, Best]);
        chain.Sample(Logits);
        Assert.Equal(MathF.Log(0.5f) - 2, probe[Best], Tolerance);
        chain.Reset();
        chain.Sample(Logits);
        Assert.Equal(MathF.Log(0.5f), probe[Best], Tolerance);
    }

    [Fact]
    public void Top_n_sigma_cuts_below_the_deviation()
    {
        // 0, 0, 0, 10: mean 2.5, deviation sqrt(18.75) = 4.33.
        float[] logits = Of(Vocabulary, (Best, 10), (Second, 0), (Third, 0), (Fourth, 0));
        Assert.Equal(float.NegativeInfinity, After(Vocabulary, logits, b => b.TopNSigma(1))[Second]);
        Assert.Equal(10, After(Vocabulary, logits, b => b.TopNSigma(1))[Best]);
        Assert.Equal(0, After(Vocabulary, logits, b => b.TopNSigma(3))[Second]);
        Assert.Equal(0, After(Vocabulary, logits, b => b.TopNSigma(0))[Second]);
    }

    [Fact]
    public void Xtc_removes_all_but_the_least_above_the_threshold()
    {
        Assert.Equal([Second, Third, Fourth], After(Vocabulary, Logits, b => b.Xtc(1, 0.2f, seed: 1)).Tokens);
        Assert.Equal([Fourth], After(Vocabulary, Logits, b => b.Xtc(1, 0.1f, seed: 1)).Tokens);
        Assert.Equal(4, After(Vocabulary, Logits, b => b.Xtc(1, 0.51f, seed: 1)).Tokens.Length);
        Assert.Equal(4, After(Vocabulary, Logits, b => b.Xtc(0, 0.1f, seed: 1)).Tokens.Length);
        Assert.Equal(4, After(Vocabulary, Logits, b => b.Xtc(1, 0.1f, minKeep: 2, seed: 1)).Tokens.Length);
    }

    [Fact]
    public void Logit_bias_adds_and_forbids()
    {
        var biases = new Dictionary<int, float> { [Third] = 5, [Best] = float.NegativeInfinity };
        Probe probe = After(Vocabulary, Logits, b => b.LogitBias(biases));
        Assert.Equal(MathF.Log(0.125f) + 5, probe[Third], Tolerance);
        Assert.Equal(float.NegativeInfinity, probe[Best]);
        using SamplerChain greedy = SamplerChain.Create(Vocabulary, SamplingOptions.Greedy with { LogitBias = biases });
        Assert.Equal(Third, greedy.Sample(Logits));
    }

    [Fact]
    public void Dry_penalises_what_would_repeat()
    {
        // a b c a b: c would repeat two tokens, one more than allowed, so it costs 1 * 2^1.
        int a = Second, b = Third, c = Best;
        Probe probe = After(Vocabulary, Logits, chain => chain.Dry(1, 2, 1, 64, []), 4, a, b, c, a, b);
        Assert.Equal(MathF.Log(0.5f) - 2, probe[c], Tolerance);
        Assert.Equal(MathF.Log(0.25f), probe[a], Tolerance);

        // Allowed repetitions are not penalized, nor are those across a breaker.
        Assert.Equal(MathF.Log(0.5f), After(Vocabulary, Logits, chain => chain.Dry(1, 2, 3, 64, []), 4, a, b, c, a, b)[c], Tolerance);
        string breaker = Vocabulary.GetPiece(b);
        Assert.Equal(MathF.Log(0.5f), After(Vocabulary, Logits, chain => chain.Dry(1, 2, 1, 64, [breaker]), 4, a, b, c, a, b)[c],
            Tolerance);
    }

    [Fact]
    public void Infill_ends_where_ending_is_likely()
    {
        int end = Vocabulary.Eot!.Value;
        float[] logits = Of(Vocabulary, (Best, MathF.Log(0.5f)), (end, MathF.Log(0.5f)));
        Assert.Equal([end], After(Vocabulary, logits, b => b.Infill(), topK: 2).Tokens);
        float[] unlikely = Of(Vocabulary, (Best, MathF.Log(0.9f)), (end, MathF.Log(0.001f)));
        Assert.Contains(Best, After(Vocabulary, unlikely, b => b.Infill(), topK: 2).Tokens);
    }

    [Fact]
    public void Greedy_takes_the_best_and_temperature_0_too()
    {
        Assert.Equal([Best, Best], Draw(Vocabulary, Logits, 2, b => b.Greedy()));
        using SamplerChain options = SamplerChain.Create(Vocabulary, SamplingOptions.Greedy);
        Assert.Equal(Best, options.Sample(Logits));
        using SamplerChain tiny = SamplerChain.Create(Vocabulary, new SamplingOptions { Temperature = float.Epsilon });
        Assert.Equal(Best, tiny.Sample(Logits));
    }

    [Fact]
    public void Draws_follow_the_probabilities_and_the_seed()
    {
        int[] drawn = Draw(Vocabulary, Logits, 4000, b => b.Distribution(7));
        Assert.Equal(0.5, drawn.Count(token => token == Best) / 4000.0, tolerance: 0.03);
        Assert.Equal(0.25, drawn.Count(token => token == Second) / 4000.0, tolerance: 0.03);
        Assert.Equal(drawn, Draw(Vocabulary, Logits, 4000, b => b.Distribution(7)));
        Assert.NotEqual(drawn, Draw(Vocabulary, Logits, 4000, b => b.Distribution(8)));
    }

    [Fact]
    public void Reset_starts_the_random_sequence_anew()
    {
        using SamplerChain chain = SamplerChain.Create(Vocabulary, new SamplingOptions { Seed = 3, Temperature = 1 });
        int[] first = [.. Enumerable.Range(0, 50).Select(_ => chain.Sample(Logits))];
        chain.Reset();
        Assert.Equal(first, Enumerable.Range(0, 50).Select(_ => chain.Sample(Logits)));
    }

    [Fact]
    public void Mirostat_2_cuts_what_surprises_too_much()
    {
        // At first mu = 2 tau = 1.5 bits: 1/4 would surprise by 2 bits. Each choice without surprise raises mu by 0.075.
        Assert.All(Draw(Vocabulary, Logits, 5, b => b.MirostatV2(0.75f, 0.1f, 1), accept: true), token => Assert.Equal(Best, token));
        Assert.Contains(Second, Draw(Vocabulary, Logits, 100, b => b.MirostatV2(5, 0.1f, 1), accept: true));
    }

    [Fact]
    public void Mirostat_1_draws_from_the_four()
    {
        int[] drawn = Draw(Vocabulary, Logits, 100, b => b.MirostatV1(5, 0.1f, 1), accept: true);
        Assert.All(drawn, token => Assert.Contains(token, (int[])[Best, Second, Third, Fourth]));
    }

    [Fact]
    public void Adaptive_p_prefers_what_is_near_its_target()
    {
        // Without accepted tokens the target stays 1/4; its token gets about 0.62, the best one 0.01.
        int[] drawn = Draw(Vocabulary, Logits, 1000, b => b.TopK(4).AdaptiveP(0.25f, 0.9f, 1));
        Assert.InRange(drawn.Count(token => token == Second), 500, 750);
        Assert.InRange(drawn.Count(token => token == Best), 0, 60);
        int[] plain = Draw(Vocabulary, Logits, 1000, b => b.TopK(4).AdaptiveP(-1, 0.9f, 1));
        Assert.InRange(plain.Count(token => token == Best), 450, 550);
    }

    [Fact]
    public void The_end_can_be_forbidden()
    {
        float[] logits = Of(Vocabulary, (Vocabulary.Eos!.Value, 9), (Vocabulary.Eot!.Value, 8), (Best, 1));
        using SamplerChain chain = SamplerChain.Create(Vocabulary, SamplingOptions.Greedy with { IgnoreEndOfGeneration = true });
        Assert.Equal(Best, chain.Sample(logits));
    }
}
