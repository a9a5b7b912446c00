using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>Whole files, compared with llama.cpp's <c>llama_model_quantize</c> for the same model.</summary>
public sealed class ModelQuantizerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quantize").FullName;

    private readonly TinyModel _model = new(TinyModelOptions.Uneven);

    private string Model => _model.Path;

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // The rows of this model are 64 and 172 long, so K-quants also exercise llama.cpp's fallback types.
    [RequiresTheory(Need.QuantizerFallback)]
    [InlineData(ModelFileType.Q8_0)]
    [InlineData(ModelFileType.Q4_0)]
    [InlineData(ModelFileType.Q4_K_M)]
    [InlineData(ModelFileType.F16)]
    [InlineData(ModelFileType.IQ4_NL)]
    public void Every_byte_of_every_tensor_is_llama_cpps(ModelFileType type)
    {
        string ours = Path.Combine(_folder, "ours.gguf");
        string theirs = Path.Combine(_folder, "theirs.gguf");
        IReadOnlyList<QuantizedTensor> planned = ModelQuantizer.Plan(Model, new() { FileType = type });
        Assert.Equal(planned, ModelQuantizer.Quantize(Model, ours, new() { FileType = type, BufferBytes = 1 << 16, Threads = 2 }));
        NativeQuantize(theirs, type);
        using GgufFile a = GgufFile.Open(ours);
        using GgufFile b = GgufFile.Open(theirs);
        Assert.Equal(b.Tensors.Select(tensor => tensor.ToString()), a.Tensors.Select(tensor => tensor.ToString()));
        Assert.Equal(planned.Select(tensor => (tensor.Name, tensor.Type)), a.Tensors.Select(tensor => (tensor.Name, tensor.Type)));
        foreach (GgufTensorInfo tensor in b.Tensors)
        {
            using GgufTensorView expected = tensor.Open();
            using GgufTensorView actual = a.Tensors[tensor.Name].Open();
            Assert.True(expected.Bytes.SequenceEqual(actual.Bytes), tensor.Name);
        }

        Assert.Equal(b.Metadata.Keys.Order(), a.Metadata.Keys.Order());
        Assert.All(b.Metadata, pair => Assert.Equal(pair.Value.ToString(), a.Metadata[pair.Key].ToString()));
        Assert.Equal((uint)type, a.Metadata["general.file_type"].GetUInt32());
    }

    [RequiresFact(Need.QuantizerFallback)]
    public void Overrides_of_types_and_metadata_and_pruned_layers()
    {
        string output = Path.Combine(_folder, "out.gguf");
        ModelQuantizer.Quantize(Model, output, new()
        {
            FileType = ModelFileType.Q8_0,
            TensorTypes = [("ffn_up", GgmlType.Q4_0)],
            TokenEmbeddingType = GgmlType.F16,
            PruneLayers = [1, 3],
            MetadataOverrides = new Dictionary<string, MetadataOverride> { ["general.name"] = "pruned", ["some.number"] = 7L },
        });
        using GgufFile before = GgufFile.Open(Model);
        using GgufFile file = GgufFile.Open(output);
        Assert.Equal(GgmlType.Q4_0, file.Tensors["blk.0.ffn_up.weight"].Type);
        Assert.Equal(GgmlType.Q8_0, file.Tensors["blk.0.ffn_gate.weight"].Type);
        Assert.Equal(GgmlType.F16, file.Tensors["token_embd.weight"].Type);
        Assert.Equal(3u, file.Metadata["llama.block_count"].GetUInt32());
        Assert.False(file.Tensors.TryGet("blk.3.attn_norm.weight", out _));
        using GgufTensorView moved = file.Tensors["blk.1.attn_norm.weight"].Open();
        using GgufTensorView source = before.Tensors["blk.2.attn_norm.weight"].Open();
        Assert.True(moved.Bytes.SequenceEqual(source.Bytes));
        Assert.Equal("pruned", file.Metadata["general.name"].GetString());
        Assert.Equal(7u, file.Metadata["some.number"].GetUInt32());
        using LlamaModel loaded = LlamaModel.Load(output);
        Assert.Equal(3, loaded.LayerCount);
    }

    [Fact]
    public void Cancelling_leaves_nothing_behind()
    {
        using var source = new CancellationTokenSource();
        string output = Path.Combine(_folder, "out.gguf");
        File.WriteAllText(output, "what was there before");
        var progress = new Synchronous(report =>
        {
            if (report.TensorIndex == 5)
            {
                source.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() => ModelQuantizer.Quantize(Model, output, null, progress, source.Token));
        Assert.Equal([output], Directory.EnumerateFileSystemEntries(_folder));
        Assert.Equal("what was there before", File.ReadAllText(output));
        Assert.InRange(progress.Last.Fraction, 0.001, 0.999);
    }

    [RequiresFact(Need.QuantizerFallback)]
    public void Progress_ends_with_all_of_it()
    {
        var progress = new Synchronous(_ => { });
        ModelQuantizer.Quantize(Model, Path.Combine(_folder, "out.gguf"), new() { FileType = ModelFileType.Q4_0 }, progress);
        Assert.Equal(1, progress.Last.Fraction);
        Assert.Equal(progress.Last.TensorCount - 1, progress.Last.TensorIndex);
    }

    [RequiresFact(Need.QuantizerFallback)]
    public void What_cannot_be_done_is_said_before_anything_is_written()
    {
        string output = Path.Combine(_folder, "out.gguf");
        string quantized = Path.Combine(_folder, "q.gguf");
        ModelQuantizer.Quantize(Model, quantized, new() { FileType = ModelFileType.Q8_0 });
        Assert.Contains("AllowRequantize", Refused(quantized, new() { FileType = ModelFileType.Q4_0 }), StringComparison.Ordinal);
        Assert.Contains("whole blocks", Refused(Model, new() { TokenEmbeddingType = GgmlType.Q4_K }), StringComparison.Ordinal);
        Assert.Contains("llama.cpp", Refused(Model, new() { TensorTypes = [("(", GgmlType.Q4_0)] }), StringComparison.Ordinal);
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, Model);
        Assert.Throws<ArgumentException>(() => ModelQuantizer.Quantize(Model, Model));
        Assert.Throws<ArgumentException>(() => ModelQuantizer.Quantize(Model, relative));
        Assert.Throws<ArgumentException>(() => ModelQuantizer.Quantize(relative, Model));
        Assert.Throws<ArgumentOutOfRangeException>(() => ModelQuantizer.Quantize(Model, output, new() { FileType = (ModelFileType)4 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => ModelQuantizer.Quantize(Model, output, new() { PruneLayers = [-1] }));
        Assert.Throws<ArgumentException>(
            () => ModelQuantizer.Quantize(Model, output,
                new() { MetadataOverrides = new Dictionary<string, MetadataOverride> { ["general.name"] = null! } }));
        string damaged = Path.Combine(_folder, "damaged.gguf");
        File.WriteAllBytes(damaged, File.ReadAllBytes(Model)[..5000]);
        Assert.Throws<GgufFormatException>(() => ModelQuantizer.Quantize(damaged, output));
        File.WriteAllBytes(damaged, NotFinite());
        Assert.Contains("finite", Assert.ThrowsAny<LlamaException>(
            () => ModelQuantizer.Quantize(damaged, output, new() { FileType = ModelFileType.Q4_0 })).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(output));

        string Refused(string model, ModelQuantizationOptions options) =>
            Assert.Throws<ModelQuantizationException>(() => ModelQuantizer.Quantize(model, output, options)).Message;

        byte[] NotFinite()
        {
            byte[] bytes = File.ReadAllBytes(Model);
            using GgufFile file = GgufFile.Open(Model);
            BitConverter.TryWriteBytes(bytes.AsSpan((int)file.Tensors["blk.0.attn_q.weight"].Offset + 40), float.NaN);
            return bytes;
        }
    }

    private unsafe void NativeQuantize(string output, ModelFileType type)
    {
        llama_model_quantize_params parameters = ReleaseProfile.Loaded.DefaultQuantizeParameters();
        parameters.ftype = (int)type;
        parameters.nthread = 1;
        Assert.Equal(0u, ReleaseProfile.Loaded.Quantize(Model, output, &parameters));
    }

    private sealed class Synchronous(Action<ModelQuantizationProgress> report) : IProgress<ModelQuantizationProgress>
    {
        public ModelQuantizationProgress Last { get; private set; }

        public void Report(ModelQuantizationProgress value)
        {
            Last = value;
            report(value);
        }
    }
}
