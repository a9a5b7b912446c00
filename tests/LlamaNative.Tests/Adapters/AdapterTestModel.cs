using LlamaNative.Contexts;
using LlamaNative.Models;

namespace LlamaNative.Tests.Adapters;

/// <summary>Evaluations of tiny models, for tests that compare logits.</summary>
internal static class AdapterTestModel
{
    public static readonly int[] Prompt = [1, 260, 265, 270, 261, 280];

    public static LlamaContext NewContext(LlamaModel model) =>
        new(model, new ContextOptions { ContextSize = 256, BatchSize = 64, MicroBatchSize = 64, Threads = 1 });

    /// <summary>The logits after every token of the prompt, with a cleared cache.</summary>
    public static float[] Logits(LlamaContext context)
    {
        context.Cache.Clear();
        using var batch = new TokenBatch(Prompt.Length);
        for (int i = 0; i < Prompt.Length; i++)
        {
            batch.Add(Prompt[i], i, logits: true);
        }

        context.Decode(batch);
        return [.. Enumerable.Range(0, Prompt.Length).SelectMany(i => context.GetLogits(i))];
    }

    public static float[] Logits(LlamaModel model)
    {
        using LlamaContext context = NewContext(model);
        return Logits(context);
    }

    public static void AssertClose(float[] expected, float[] actual, float tolerance = 2e-3f)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected, value => Assert.True(float.IsFinite(value)));
        float worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(worst <= tolerance, $"the largest difference is {worst}");
    }

    /// <summary>
    /// Asserts that the two differ by much more than the tolerance of <see cref="AssertClose"/>, so that a comparison is meaningful.
    /// </summary>
    public static void AssertFar(float[] left, float[] right) =>
        Assert.True(left.Zip(right, (l, r) => Math.Abs(l - r)).Max() > 0.05f, "the logits hardly differ");
}
