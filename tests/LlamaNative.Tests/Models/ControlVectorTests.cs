using LlamaNative.Contexts;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;
using static LlamaNative.Tests.Adapters.AdapterTestModel;

namespace LlamaNative.Tests.Adapters;

/// <summary>
/// A direction added after a layer, compared with the same numbers as a bias of the layer's last product, which is equivalent.
/// </summary>
public sealed class ControlVectorTests : IDisposable
{
    private const int N = ModelFile.Embedding;
    private readonly TemporaryFolder _files = new();
    private readonly LlamaModel _model;
    private readonly float[] _one = Direction(1);
    private readonly float[] _two = Direction(2);

    public ControlVectorTests() => _model = _files.Load(ModelFile.Llama());

    public void Dispose()
    {
        _model.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_direction_is_a_bias_behind_its_layer()
    {
        using LlamaContext context = NewContext(_model);
        float[] plain = Logits(context);

        context.SetControlVector(Vector((1, _one), (2, _two)));
        float[] both = Logits(context);
        AssertFar(plain, both);
        AssertClose(WithBiases((1, _one), (2, _two)), both);

        // The range excludes layers; a vector without a layer must also clear that layer of the previous vector.
        context.SetControlVector(Vector((1, _one), (2, _two)), lastLayer: 1);
        AssertClose(WithBiases((1, _one)), Logits(context));
        context.SetControlVector(Vector((1, _one), (2, _two)), firstLayer: 2);
        AssertClose(WithBiases((2, _two)), Logits(context));
        context.SetControlVector(Vector((1, _one)));
        AssertClose(WithBiases((1, _one)), Logits(context));
    }

    [Fact]
    public void Nothing_and_zeros_are_the_model_itself()
    {
        using LlamaContext context = NewContext(_model);
        float[] plain = Logits(context);
        context.SetControlVector(Vector((1, new float[N]), (2, new float[N])));
        Assert.Equal(plain, Logits(context));
        context.SetControlVector(Vector((1, _one)));
        context.SetControlVector(null);
        Assert.Null(context.ControlVector);
        Assert.Equal(plain, Logits(context));
    }

    [Fact]
    public void A_change_ends_the_reuse_of_what_was_evaluated()
    {
        using LlamaContext context = NewContext(_model);
        _ = Logits(context);
        context.SetControlVector(null);
        Assert.Equal(Prompt.Length, context.Cache.GetCommonPrefix(Prompt));
        context.SetControlVector(Vector((1, _one)));
        Assert.Equal(0, context.Cache.GetCommonPrefix(Prompt));
    }

    [Fact]
    public void Files_are_read_scaled_and_added()
    {
        var file = new ModelFile();
        file.Metadata["general.architecture"] = GgufValue.Of("controlvector");
        file.Tensors["direction.1"] = new ModelTensor(new TensorShape(N), _one);
        file.Tensors["direction.2"] = new ModelTensor(new TensorShape(N), _two);
        ControlVector vector = ControlVector.Load(_files.Save(file), strength: 0.5f);
        Assert.Equal(N, vector.EmbeddingLength);
        Assert.Equal([1, 2], vector.Layers);
        Assert.Equal(_one.Select(value => value * 0.5f), vector.GetDirection(1).ToArray());
        Assert.Equal(_two.Select(value => (value * 0.5f) + value), vector.Add(Vector((2, _two))).GetDirection(2).ToArray());
        Assert.Equal(_one.Select(value => value * -0.5f), vector.Scale(-1).GetDirection(1).ToArray());
        Assert.Empty(vector.GetDirection(3).ToArray());
    }

    [Theory]
    [InlineData("direction.0")]
    [InlineData("direction.-1")]
    [InlineData("direction.x")]
    [InlineData("direction.")]
    [InlineData("direction.99999999999")]
    [InlineData("token_embd.weight")]
    public void Other_tensors_make_no_control_vector(string name)
    {
        var file = new ModelFile();
        file.Tensors[name] = new ModelTensor(new TensorShape(N), _one);
        Assert.Throws<AdapterException>(() => ControlVector.Load(_files.Save(file)));
    }

    [Fact]
    public void Wrong_shapes_and_numbers_are_typed_errors()
    {
        var file = new ModelFile();
        Assert.Throws<AdapterException>(() => ControlVector.Load(_files.Save(file)));
        file.Tensors["direction.1"] = new ModelTensor(new TensorShape(N / 2, 2), _one);
        Assert.Throws<AdapterException>(() => ControlVector.Load(_files.Save(file)));
        file.Tensors["direction.1"] = new ModelTensor(new TensorShape(N), _one, GgmlType.F16);
        Assert.Throws<AdapterException>(() => ControlVector.Load(_files.Save(file)));
        file.Tensors["direction.1"] = new ModelTensor(new TensorShape(N), _one);
        file.Tensors["direction.2"] = new ModelTensor(new TensorShape(2), [1, 2]);
        Assert.Throws<AdapterException>(() => ControlVector.Load(_files.Save(file)));
        file.Tensors["direction.2"] = new ModelTensor(new TensorShape(N), [.. _one[1..], float.NaN]);
        Assert.Throws<AdapterException>(() => ControlVector.Load(_files.Save(file)));
        Assert.Throws<AdapterException>(() => ControlVector.Load(_files.NewPath()));

        // A huge layer number is cheap to load, but no model has such a layer.
        file.Tensors.Clear();
        file.Tensors["direction.2147483647"] = new ModelTensor(new TensorShape(N), _one);
        ControlVector far = ControlVector.Load(_files.Save(file));
        using LlamaContext context = NewContext(_model);
        Assert.Throws<ArgumentException>(() => context.SetControlVector(far));
        Assert.Throws<ArgumentException>(() => context.SetControlVector(Vector((1, [1f, 2f]))));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.SetControlVector(Vector((1, _one)), firstLayer: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.SetControlVector(Vector((1, _one)), lastLayer: ModelFile.Layers));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.SetControlVector(Vector((1, _one)), firstLayer: 2, lastLayer: 1));
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.SetControlVector(Vector((1, _one))));
    }

    [Fact]
    public void Broken_files_are_typed_errors()
    {
        var file = new ModelFile();
        file.Tensors["direction.1"] = new ModelTensor(new TensorShape(N), _one);
        file.Tensors["direction.2"] = new ModelTensor(new TensorShape(N), _two);
        byte[] bytes = File.ReadAllBytes(_files.Save(file));
        var random = new Random(4);
        for (int round = 0; round < 300; round++)
        {
            byte[] broken = round % 3 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            for (int change = 0; change < round % 4 && broken.Length > 0; change++)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            string path = _files.NewPath();
            File.WriteAllBytes(path, broken);
            try
            {
                _ = ControlVector.Load(path);
            }
            catch (AdapterException)
            {
            }
        }
    }

    private float[] WithBiases(params (int Layer, float[] Direction)[] biases)
    {
        ModelFile file = ModelFile.Llama();
        foreach ((int layer, float[] direction) in biases)
        {
            file.Tensors[$"blk.{layer}.ffn_down.bias"] = new ModelTensor(new TensorShape(N), direction);
        }

        using LlamaModel model = _files.Load(file);
        return Logits(model);
    }

    private static ControlVector Vector(params (int Layer, float[] Direction)[] directions) =>
        new(directions.ToDictionary(direction => direction.Layer, direction => direction.Direction));

    private static float[] Direction(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, N).Select(_ => (float)(random.NextDouble() - 0.5))];
    }
}
