using LlamaNative.Compute;
using LlamaNative.Tensors;
using TrainTinyChat.Model;

namespace TrainTinyChat.Graph;

/// <summary>Settings of one AdamW step.</summary>
/// <param name="Step">Steps count from 1.</param>
/// <param name="LearningRate">The learning rate.</param>
internal readonly record struct StepSettings(int Step, float LearningRate)
{
    public const float Beta1 = 0.9f;
    public const float Beta2 = 0.99f;
    public const float Epsilon = 1e-8f;
    public const float WeightDecay = 0.01f;

    /// <summary>The seven parameters of <see cref="TensorArena.OptStepAdamW"/>.</summary>
    public ReadOnlySpan<float> Values(bool decayed) => new[]
    {
        LearningRate, Beta1, Beta2, Epsilon, decayed ? WeightDecay : 0,
        (float)(1 / (1 - Math.Pow(Beta1, Step))), (float)(1 / (1 - Math.Pow(Beta2, Step))),
    };
}

/// <summary>Forward pass, loss, backward pass and the AdamW step of every weight in one graph.</summary>
internal sealed class TrainingGraph : IDisposable
{
    private readonly TensorArena _settings = new(2);
    private readonly TensorArena _results;
    private readonly ComputeGraph _graph;
    private readonly WeightedLoss _loss;
    private readonly GgmlTensor _decayed;
    private readonly GgmlTensor _undecayed;
    private readonly GgmlTensor _squaredNorm;
    private readonly Dictionary<string, GgmlTensor> _gradients = new(StringComparer.Ordinal);

    /// <param name="weights">The trained weights.</param>
    /// <param name="inputs">The input tensors of batches.</param>
    /// <param name="backend">The backend that computes.</param>
    /// <param name="keepGradients">Whether to keep gradients readable after a computation and leave the weights unchanged.</param>
    public TrainingGraph(ModelParameters weights, BatchInputs inputs, Backend backend, bool keepGradients = false)
    {
        int room = 256 + (weights.Shape.Layers * 160);
        _results = new TensorArena(room);
        _graph = new ComputeGraph(room);
        _loss = new WeightedLoss(inputs.TokenCount);
        _decayed = _settings.NewTensor(GgmlType.F32, 7);
        _undecayed = _settings.NewTensor(GgmlType.F32, 7);
        _settings.Allocate(backend);

        TensorArena g = _results;
        var forward = new ForwardPass(g, weights, inputs, differentiable: false);
        GgmlTensor logits = _loss.Gradient(g, forward.Logits, inputs.Targets, inputs.Weights);
        var backward = new BackwardPass(g, weights, inputs, forward, logits);

        // All gradients come before the first step, because steps overwrite the weights that the backward pass reads.
        GgmlTensor? squares = null;
        foreach (Parameter parameter in weights.List)
        {
            GgmlTensor gradient = backward[parameter.Name];
            _gradients[parameter.Name] = keepGradients ? g.SetOutput(gradient) : gradient;
            GgmlTensor square = g.Sum(g.Sqr(gradient));
            squares = squares is null ? square : g.Add(squares, square);
        }

        _squaredNorm = g.SetOutput(squares!);
        _graph.BuildForwardExpand(_squaredNorm);
        if (!keepGradients)
        {
            foreach (Parameter parameter in weights.List)
            {
                (GgmlTensor m, GgmlTensor v) = weights.Moments(parameter.Name);
                _graph.BuildForwardExpand(
                    g.OptStepAdamW(weights[parameter.Name], _gradients[parameter.Name], m, v, parameter.IsNorm ? _undecayed : _decayed));
            }
        }

        WorkBytes = _graph.Allocate(backend);
    }

    /// <summary>Bytes allocated for results.</summary>
    public long WorkBytes { get; }

    /// <summary>The losses of the last step's tokens.</summary>
    public ReadOnlySpan<float> Losses => _loss.Losses;

    /// <summary>The gradient norm of the last step: √Σ gradient² over all weights.</summary>
    public float GradientNorm
    {
        get
        {
            Span<float> square = stackalloc float[1];
            _squaredNorm.Read(square);
            return MathF.Sqrt(square[0]);
        }
    }

    /// <summary>The gradient of a weight; readable if gradients are kept.</summary>
    public GgmlTensor GradientOf(string weight) => _gradients[weight];

    /// <summary>Computes one step on the current batch.</summary>
    public void Step(StepSettings settings, CancellationToken cancellationToken = default)
    {
        _decayed.Write(settings.Values(decayed: true));
        _undecayed.Write(settings.Values(decayed: false));
        _graph.Compute(cancellationToken);
    }

    public void Dispose()
    {
        _graph.Dispose();
        _results.Dispose();
        _settings.Dispose();
    }
}
