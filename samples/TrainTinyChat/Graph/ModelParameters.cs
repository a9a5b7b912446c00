using LlamaNative.Compute;
using LlamaNative.Tensors;
using TrainTinyChat.Model;

namespace TrainTinyChat.Graph;

/// <summary>The trained weights, and AdamW's two moments of each.</summary>
internal sealed class ModelParameters : IDisposable
{
    private readonly TensorArena _arena;
    private readonly Dictionary<string, GgmlTensor> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (GgmlTensor M, GgmlTensor V)> _moments = new(StringComparer.Ordinal);

    public ModelParameters(ModelShape shape, Backend backend)
    {
        Shape = shape;
        List = ParameterList.Of(shape);
        _arena = new TensorArena(List.Count * 3);
        foreach (Parameter parameter in List)
        {
            GgmlTensor weight = _arena.SetParam(_arena.NewTensor(GgmlType.F32, parameter.Shape));
            weight.Name = parameter.Name;
            _weights.Add(parameter.Name, weight);
            _moments.Add(parameter.Name,
                (_arena.NewTensor(GgmlType.F32, parameter.Shape), _arena.NewTensor(GgmlType.F32, parameter.Shape)));
        }

        _arena.Allocate(backend);
    }

    public ModelShape Shape { get; }

    public IReadOnlyList<Parameter> List { get; }

    /// <summary>The matrix that converts rows to logits.</summary>
    public GgmlTensor Output => Shape.TiedOutput ? this["token_embd.weight"] : this["output.weight"];

    public GgmlTensor this[string name] => _weights[name];

    public (GgmlTensor M, GgmlTensor V) Moments(string name) => _moments[name];

    /// <summary>Initializes random weights from a seed and zero moments.</summary>
    public void Initialise(ulong seed)
    {
        for (int i = 0; i < List.Count; i++)
        {
            _weights[List[i].Name].Write<float>(Initialiser.Values(List[i], Shape, seed, i));
        }
    }

    public void Dispose() => _arena.Dispose();
}
