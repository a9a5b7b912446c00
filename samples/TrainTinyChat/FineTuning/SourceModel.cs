using System.Globalization;
using LlamaNative.Gguf;
using LlamaNative.Tensors;
using TrainTinyChat.Graph;
using TrainTinyChat.Model;

namespace TrainTinyChat.FineTuning;

/// <summary>A LLaMA model file whose weights can be fine-tuned.</summary>
internal sealed class SourceModel : IDisposable
{
    private readonly GgufFile _file;

    /// <exception cref="InvalidDataException">The model has another architecture, or tensors that the trainer does not support.</exception>
    public SourceModel(string path)
    {
        Path = path;
        _file = GgufFile.Open(path);
        try
        {
            Shape = ReadShape();
            RequireKnownTensors();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public ModelShape Shape { get; }

    /// <summary>Copies the weights into the training tensors.</summary>
    public void Load(ModelParameters weights)
    {
        foreach (Parameter parameter in weights.List)
        {
            GgufTensorInfo tensor = _file.Tensors[parameter.Name];
            var values = new float[tensor.Shape.ElementCount];
            using GgufTensorView view = tensor.Open();
            FloatEncoding.Decode(tensor.Type, view.Bytes, values);
            weights[parameter.Name].Write<float>(values);
        }
    }

    /// <summary>Writes a copy of the file with new weights in F32.</summary>
    public void Write(string path, IReadOnlyDictionary<string, float[]> weights)
    {
        IEnumerable<(string, GgufValue)> metadata = _file.Metadata
            .Where(pair => !pair.Key.StartsWith("split.", StringComparison.Ordinal))
            .Select(pair => (pair.Key, pair.Key == "general.file_type" ? GgufValue.Of(0u) : pair.Value));
        GgufExport.Write(path, metadata,
            [.. _file.Tensors.Select(tensor => (tensor.Name, tensor.Shape, (Func<float[]>)(() => weights[tensor.Name])))]);
    }

    public void Dispose() => _file.Dispose();

    private ModelShape ReadShape()
    {
        Require(Text("general.architecture") == "llama",
            $"has the architecture '{Text("general.architecture")}'; only LLaMA can be trained here");
        Require(Integer("llama.expert_count", 0) == 0, "is a mixture of experts, which cannot be trained here");
        Require(Text("llama.rope.scaling.type") is "" or "none", "uses RoPE scaling, which cannot be trained here");
        Require(_file.Tensors.TryGet("token_embd.weight", out _), "has no token_embd.weight");
        int width = Integer("llama.embedding_length"), heads = Integer("llama.attention.head_count"),
            keyHeads = Integer("llama.attention.head_count_kv", heads);
        int layers = Integer("llama.block_count");
        Require(layers <= _file.Tensors.Count, $"declares {layers} layers but has {_file.Tensors.Count} tensors");
        Require(width % heads == 0 && heads % keyHeads == 0 && width / heads % 2 == 0,
            $"declares {heads} heads and {keyHeads} key heads for a width of {width}, which are not divisible");
        Require(Integer("llama.attention.key_length", width / heads) == width / heads,
            "has a head width other than embedding_length / head_count");
        return new ModelShape
        {
            Width = width,
            Layers = layers,
            Heads = heads,
            KeyHeads = keyHeads,
            FeedForward = Integer("llama.feed_forward_length"),
            Vocabulary = checked((int)_file.Tensors["token_embd.weight"].Shape[1]),
            Context = Integer("llama.context_length"),
            Epsilon = Number("llama.attention.layer_norm_rms_epsilon", 1e-5f),
            RopeBase = Number("llama.rope.freq_base", 10000),
            RopeDimensions = Integer("llama.rope.dimension_count", width / heads),
            TiedOutput = !_file.Tensors.TryGet("output.weight", out _),
        };
    }

    private void RequireKnownTensors()
    {
        IReadOnlyList<Parameter> parameters = ParameterList.Of(Shape);
        foreach (Parameter parameter in parameters)
        {
            Require(_file.Tensors.TryGet(parameter.Name, out _), $"has no {parameter.Name}");
            GgufTensorInfo tensor = _file.Tensors[parameter.Name];
            Require(tensor.Shape == parameter.Shape, $"has {tensor}, but its metadata requires the shape {parameter.Shape}");
            Require(FloatEncoding.Supports(tensor.Type),
                $"has {tensor}; quantized weights cannot be trained; use an F32 or F16 model");
        }

        HashSet<string> known = [.. parameters.Select(parameter => parameter.Name)];
        string[] others = [.. _file.Tensors.Select(tensor => tensor.Name).Where(name => !known.Contains(name)).Take(3)];
        Require(others.Length == 0, $"has tensors that the trainer does not support: {string.Join(", ", others)}");
    }

    private string Text(string key) => _file.Metadata.TryGetValue(key, out GgufValue? value) && value.Type == GgufValueType.String
        ? value.GetString()
        : "";

    private int Integer(string key, int? absent = null)
    {
        long number = _file.Metadata.TryGetValue(key, out GgufValue? value)
            ? value.GetInteger()
            : absent ?? throw new InvalidDataException($"'{Path}' has no metadata value {key}.");
        Require(number is (> 0 and <= 1 << 20) || number == absent, $"has {key} = {number.ToString(CultureInfo.InvariantCulture)}");
        return (int)number;
    }

    private float Number(string key, float absent)
    {
        float number = _file.Metadata.TryGetValue(key, out GgufValue? value) ? value.GetSingle() : absent;
        Require(float.IsFinite(number) && number > 0, $"has {key} = {number.ToString(CultureInfo.InvariantCulture)}");
        return number;
    }

    private void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidDataException($"'{Path}' {otherwise}.");
        }
    }
}
