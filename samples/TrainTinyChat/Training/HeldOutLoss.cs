using LlamaNative.Compute;
using TrainTinyChat.Graph;

namespace TrainTinyChat.Training;

/// <summary>The weighted mean loss on held-out documents.</summary>
internal sealed class HeldOutLoss(ModelParameters weights, BatchInputs inputs, Batcher batcher, Backend backend) : IDisposable
{
    private readonly LossGraph _graph = new(weights, inputs, backend);

    public float Compute()
    {
        // Every window once; the last batch may wrap around to the first.
        int batches = (batcher.WindowCount + inputs.Windows - 1) / inputs.Windows;
        double sum = 0;
        for (int i = 0; i < batches; i++)
        {
            batcher.Write(i, inputs);
            ReadOnlySpan<float> losses = _graph.Compute();
            for (int token = 0; token < losses.Length; token++)
            {
                sum += (double)losses[token] * batcher.Weights.Span[token];
            }
        }

        return (float)(sum / batches);
    }

    public void Dispose() => _graph.Dispose();
}
