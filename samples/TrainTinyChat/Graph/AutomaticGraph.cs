using LlamaNative.Compute;
using LlamaNative.Tensors;
using TrainTinyChat.Model;

namespace TrainTinyChat.Graph;

/// <summary>
/// The training step with ggml's automatic backward pass, <see cref="ComputeGraph.BuildBackwardExpand"/>. Tests compare the
/// hand-written pass with it, in results and in speed. All tokens have the same weight.
/// </summary>
internal sealed class AutomaticGraph : IDisposable
{
    private readonly TensorArena _data = new(4);
    private readonly TensorArena _results;
    private readonly ComputeGraph _graph;
    private readonly GgmlTensor _labels;
    private readonly GgmlTensor _settings;
    private readonly GgmlTensor _loss;
    private readonly int _vocabulary;
    private readonly Dictionary<string, GgmlTensor> _byName = new(StringComparer.Ordinal);

    public AutomaticGraph(ModelParameters weights, BatchInputs inputs, Backend backend, bool keepGradients = false)
    {
        int room = 1024 + (weights.Shape.Layers * 256);
        _vocabulary = weights.Shape.Vocabulary;
        _labels = _data.NewTensor(GgmlType.F32, _vocabulary, inputs.TokenCount);
        _settings = _data.NewTensor(GgmlType.F32, 7);
        _data.Allocate(backend);
        _results = new TensorArena(room);
        _graph = new ComputeGraph(room);
        TensorArena g = _results;
        var forward = new ForwardPass(g, weights, inputs, differentiable: true);
        _loss = g.SetOutput(g.SetLoss(g.CrossEntropyLoss(forward.Logits, _labels)));
        _graph.BuildForwardExpand(_loss);
        _graph.BuildBackwardExpand(g);
        foreach (Parameter parameter in weights.List)
        {
            GgmlTensor gradient = GradientOf(weights[parameter.Name]);
            if (keepGradients)
            {
                g.SetOutput(gradient);
                _byName[parameter.Name] = gradient;
            }
            else
            {
                (GgmlTensor m, GgmlTensor v) = weights.Moments(parameter.Name);
                _graph.BuildForwardExpand(g.OptStepAdamW(weights[parameter.Name], gradient, m, v, _settings));
            }
        }

        _graph.Allocate(backend);
    }

    /// <summary>The mean loss of the last step.</summary>
    public float Loss => _loss.ToArray<float>()[0];

    /// <summary>The gradient of a weight; readable if gradients are kept.</summary>
    public GgmlTensor GradientOf(string weight) => _byName[weight];

    public void WriteTargets(ReadOnlySpan<int> targets)
    {
        var labels = new float[_vocabulary * targets.Length];
        for (int token = 0; token < targets.Length; token++)
        {
            labels[(token * _vocabulary) + targets[token]] = 1;
        }

        _labels.Write<float>(labels);
    }

    public void Step(StepSettings settings)
    {
        _settings.Write(settings.Values(decayed: true));
        _graph.Compute();
    }

    public void Dispose()
    {
        _graph.Dispose();
        _results.Dispose();
        _data.Dispose();
    }

    private GgmlTensor GradientOf(GgmlTensor weight) =>
        _graph.GradientOf(weight) ?? throw new InvalidOperationException($"{weight} has no gradient.");
}
