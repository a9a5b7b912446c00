using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Contexts;

/// <summary>The evaluation callback sees the tensors that llama.cpp computes, and its exceptions are rethrown unchanged.</summary>
public sealed class EvaluationHookTests
{
    [Fact]
    public void The_last_result_it_sees_is_the_logits()
    {
        var observer = new Recorder(name => name == "result_output");
        using var tiny = new TinyModel();
        using LlamaModel model = tiny.Load();
        using var context = new LlamaContext(model, new ContextOptions { Observer = observer, Threads = 1, ContextSize = 256 });
        using TokenBatch batch = Batch(3);
        context.Decode(batch);
        float[] seen = Assert.Single(observer.Seen).Values;
        Assert.Equal(context.GetLogits(), seen);
    }

    [Fact]
    public void Names_operators_and_shapes_are_those_of_the_graph()
    {
        var observer = new Recorder(name => name is "Qcur-0" or "l_out-1" or "cache_k_l0 (view)");
        using var tiny = new TinyModel();
        using LlamaModel model = tiny.Load();
        using var context = new LlamaContext(model, new ContextOptions { Observer = observer, Threads = 1, ContextSize = 256 });
        using TokenBatch batch = Batch(3);
        context.Decode(batch);

        // Width 32, 4 heads of 8, 3 tokens, of which the last layer keeps the one that asked for logits.
        EvaluationNode[] queries = [.. observer.Seen.Select(seen => seen.Node).Where(node => node.Name == "Qcur-0")];
        Assert.Contains(queries, node => node.Operation == "MUL_MAT" && node.Layout.Shape == new TensorShape(32, 3));
        Assert.Contains(queries, node => node.Operation == "ROPE" && node.Layout.Shape == new TensorShape(8, 4, 3));
        Assert.Contains(observer.Seen, seen => seen.Node.Name == "l_out-1" && seen.Values.Length == 32);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_it_throws_comes_out_of_Decode_and_the_context_goes_on(bool whenAsked)
    {
        var observer = new Recorder(name => name == "l_out-0") { ThrowWhenAsked = whenAsked, ThrowWhenSeen = !whenAsked };
        using var tiny = new TinyModel();
        using LlamaModel model = tiny.Load();
        using var context = new LlamaContext(model, new ContextOptions { Observer = observer, Threads = 1, ContextSize = 256 });
        using TokenBatch batch = Batch(3);
        InvalidTimeZoneException error = Assert.Throws<InvalidTimeZoneException>(() => context.Decode(batch));
        Assert.Equal("l_out-0", error.Message);

        observer.ThrowWhenAsked = observer.ThrowWhenSeen = false;
        context.Cache.Clear();
        context.Decode(batch);
        float[] observed = context.GetLogits();
        using var plain = new LlamaContext(model, new ContextOptions { Threads = 1, ContextSize = 256 });
        plain.Decode(batch);
        Assert.Equal(plain.GetLogits(), observed);
    }

    // llama.cpp is not reentrant: a second evaluation inside the first would overwrite its graph.
    [Fact]
    public void Its_observer_cannot_use_the_context()
    {
        LlamaContext? context = null;
        using TokenBatch batch = Batch(1);
        var observer = new Recorder(name => name == "l_out-0") { Then = () => context!.Decode(batch) };
        using var tiny = new TinyModel();
        using LlamaModel model = tiny.Load();
        using (context = new LlamaContext(model, new ContextOptions { Observer = observer, Threads = 1, ContextSize = 256 }))
        {
            Assert.Throws<InvalidOperationException>(() => context.Decode(batch));
        }
    }

    private static TokenBatch Batch(int count)
    {
        var batch = new TokenBatch(count);
        for (int i = 0; i < count; i++)
        {
            batch.Add(5 + i, i, logits: i == count - 1);
        }

        return batch;
    }

    private sealed class Recorder(Func<string, bool> wants) : IEvaluationObserver
    {
        public List<(EvaluationNode Node, float[] Values)> Seen { get; } = [];

        public bool ThrowWhenAsked { get; set; }

        public bool ThrowWhenSeen { get; set; }

        public Action? Then { get; init; }

        public bool Wants(in EvaluationNode node)
        {
            bool wanted = wants(node.Name);
            return wanted && ThrowWhenAsked ? throw new InvalidTimeZoneException(node.Name) : wanted;
        }

        public void Observe(EvaluatedTensor tensor)
        {
            if (ThrowWhenSeen)
            {
                throw new InvalidTimeZoneException(tensor.Node.Name);
            }

            Seen.Add((tensor.Node, tensor.ToFloats()));
            Then?.Invoke();
        }
    }
}
