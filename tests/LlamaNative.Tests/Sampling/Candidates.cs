using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Sampling;

/// <summary>Records the candidates at its position in the chain and selects the best.</summary>
internal sealed class Probe : CustomSampler
{
    /// <summary>Token and logit, in the order found.</summary>
    public List<(int Token, float Logit)> Seen { get; } = [];

    public override void Apply(TokenCandidates candidates)
    {
        Seen.Clear();
        foreach (TokenCandidate item in candidates.Items)
        {
            Seen.Add((item.Token, item.Logit));
        }

        candidates.Selected = Seen.FindIndex(item => item.Logit == Seen.Max(other => other.Logit));
    }

    public float this[int token] => Seen.Single(item => item.Token == token).Logit;

    public int[] Tokens => [.. Seen.Select(item => item.Token)];
}

internal static class Candidates
{
    /// <summary>The four tokens of the tests and their probabilities: 1/2, 1/4, 1/8, 1/8.</summary>
    public const int Best = 20;
    public const int Second = 30;
    public const int Third = 40;
    public const int Fourth = 50;

    /// <summary>Logits in which only these four tokens are possible.</summary>
    public static float[] Four(Vocabulary vocabulary) => Of(
        vocabulary, (Best, MathF.Log(0.5f)), (Second, MathF.Log(0.25f)), (Third, MathF.Log(0.125f)), (Fourth, MathF.Log(0.1249f)));

    public static float[] Of(Vocabulary vocabulary, params (int Token, float Logit)[] logits)
    {
        var all = new float[vocabulary.Count];
        Array.Fill(all, -60);
        foreach ((int token, float logit) in logits)
        {
            all[token] = logit;
        }

        return all;
    }

    /// <summary>The candidates that a chain keeps, after a top-k of <paramref name="topK"/>.</summary>
    public static Probe After(Vocabulary vocabulary, float[] logits, Action<SamplerChainBuilder> samplers,
        int topK = 4, params int[] history)
    {
        var probe = new Probe();
        using var builder = new SamplerChainBuilder(vocabulary);
        builder.TopK(topK);
        samplers(builder);
        using SamplerChain chain = builder.Add(probe).Build();
        foreach (int token in history)
        {
            chain.Accept(token);
        }

        chain.Sample(logits);
        return probe;
    }

    public static int[] Draw(Vocabulary vocabulary, float[] logits, int count, Action<SamplerChainBuilder> samplers, bool accept = false)
    {
        using var builder = new SamplerChainBuilder(vocabulary);
        samplers(builder);
        using SamplerChain chain = builder.Build();
        var drawn = new int[count];
        for (int i = 0; i < count; i++)
        {
            drawn[i] = chain.Sample(logits);
            if (accept)
            {
                chain.Accept(drawn[i]);
            }
        }

        return drawn;
    }
}
