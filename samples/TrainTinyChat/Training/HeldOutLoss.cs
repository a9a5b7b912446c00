using LlamaNative.Compute;
using TrainTinyChat.Graph;

namespace TrainTinyChat.Training;

/// <summary>The mean loss on documents that are not trained on, by the weights of their tokens.</summary>
internal sealed class HeldOutLoss(ModelParameters weights, BatchInputs inputs, Batcher batcher, Backend backend) : IDisposable
{
    private readonly LossGraph _graph = new(weights, inputs, backend);

    public float Compute()
    {
        // Every window once; the last batch may begin again from the first.
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
