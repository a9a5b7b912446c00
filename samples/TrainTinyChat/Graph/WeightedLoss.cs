using System.Numerics.Tensors;
using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace TrainTinyChat.Graph;

/// <summary>
/// Cross-entropy with a weight for each token, which ggml's operator does not support. Takes logits [v, t], targets and
/// weights [t], and computes the gradient of the logits, (softmax − one-hot) · weight. Also stores the losses in an array.
/// </summary>
internal sealed class WeightedLoss(int tokens)
{
    private readonly float[] _losses = new float[tokens];

    /// <summary>−log of the target's probability for each token of the last computation; 0 for tokens without a weight.</summary>
    public ReadOnlySpan<float> Losses => _losses;

    public GgmlTensor Gradient(TensorArena arena, GgmlTensor logits, GgmlTensor targets, GgmlTensor weights) =>
        arena.Custom4D(GgmlType.F32, logits.Shape, [logits, targets, weights], Run, TensorArena.AllThreads);

    private void Run(in CustomOperation operation)
    {
        ReadOnlySpan<float> logits = operation.Source<float>(0), weights = operation.Source<float>(2);
        ReadOnlySpan<int> targets = operation.Source<int>(1);
        Span<float> gradient = operation.Result<float>();
        int vocabulary = logits.Length / targets.Length;
        (long first, long end) = operation.Share(targets.Length);
        for (int token = (int)first; token < end; token++)
        {
            Span<float> result = gradient.Slice(token * vocabulary, vocabulary);
            if (weights[token] == 0)
            {
                result.Clear();
                _losses[token] = 0;
                continue;
            }

            ReadOnlySpan<float> row = logits.Slice(token * vocabulary, vocabulary);
            float max = TensorPrimitives.Max(row);
            TensorPrimitives.Subtract(row, max, result);
            TensorPrimitives.Exp<float>(result, result);
            float sum = TensorPrimitives.Sum<float>(result);
            TensorPrimitives.Multiply(result, weights[token] / sum, result);
            result[targets[token]] -= weights[token];
            _losses[token] = MathF.Log(sum) - (row[targets[token]] - max);
        }
    }
}
