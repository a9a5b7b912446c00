using LlamaNative.Compute;

namespace TrainTinyChat.Graph;

/// <summary>The forward pass only, for losses on held-out text.</summary>
internal sealed class LossGraph : IDisposable
{
    private readonly TensorArena _results;
    private readonly ComputeGraph _graph;
    private readonly WeightedLoss _loss;

    public LossGraph(ModelParameters weights, BatchInputs inputs, Backend backend)
    {
        int room = 64 + (weights.Shape.Layers * 64);
        _results = new TensorArena(room);
        _graph = new ComputeGraph(room);
        _loss = new WeightedLoss(inputs.TokenCount);
        var forward = new ForwardPass(_results, weights, inputs, differentiable: false);
        _graph.BuildForwardExpand(_loss.Gradient(_results, forward.Logits, inputs.Targets, inputs.Weights));
        _graph.Allocate(backend);
    }

    /// <summary>The losses of the current batch.</summary>
    public ReadOnlySpan<float> Compute()
    {
        _graph.Compute();
        return _loss.Losses;
    }

    public void Dispose()
    {
        _graph.Dispose();
        _results.Dispose();
    }
}
