using LlamaNative.Contexts;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Models;
using LlamaNative.Planning;

namespace LlamaNative.Tests.Interop.LogText;

/// <summary>
/// The lines of llama.cpp's log that the library parses, as logged by the loaded native library. native/upgrade runs these tests
/// with the libraries of another release; the message of a failure names the format that no longer matches.
/// </summary>
public sealed class LogLinesTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly ModelOptions s_placed = new() { GpuLayers = 0, TensorPlacements = [new TensorPlacement("ffn_up", "CPU")] };

    /// <summary>Formats that are logged only with a GPU or another architecture; only the source is checked for them.</summary>
    private static readonly LogFormat[] s_elsewhere = [LogLines.OffloadedLayers, LogLines.CompressedBuffer];

    public static TheoryData<string> Formats { get; } = [.. LogLines.All.Except(s_elsewhere).Select(format => format.Format)];

    [Fact]
    public void Loading_logs_where_weights_lie()
    {
        using LlamaModel model = LlamaModel.Load(tiny.Path, s_placed);
        Assert.NotEmpty(model.Placement.Buffers);
    }

    [Fact]
    public void Planning_reads_layers_tensors_and_buffers() =>
        Assert.All([MemoryPlan.Estimate(tiny.Path, s_placed)], plan => Assert.True(plan.Host.ComputeBytes > 0));

    [Fact]
    public void Planning_reads_a_recurrent_state()
    {
        using var file = new TinyModel(new TinyModelOptions { Architecture = "mamba" });
        Assert.True(MemoryPlan.Estimate(file.Path).Host.CacheBytes > 0);
    }

    [Fact]
    public void A_dry_run_of_quantization_logs_every_tensor() =>
        Assert.NotEmpty(ModelQuantizer.Plan(tiny.Path, new ModelQuantizationOptions { FileType = ModelFileType.Q8_0 }));

    /// <summary>An operation succeeds with its lines, and must fail without them.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void A_line_that_stays_out_is_an_error_that_names_it(string text)
    {
        LogFormat format = LogLines.All.Single(candidate => candidate.Format == text);
        (List<string> lines, Action<IReadOnlyList<string>> read) = OperationOf(format);
        read(lines);
        int count = lines.RemoveAll(line => format.TryRead(line, out _));
        Assert.True(count > 0, $"the operation logged no line {format}");

        MissingLogLineException error = Assert.Throws<MissingLogLineException>(() => read(lines));
        Assert.Contains(format, error.Formats);
        Assert.Contains(format.Format.Trim(), error.Message, StringComparison.Ordinal);
        Assert.Contains(LlamaRuntime.PinnedVersion, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_gpu_the_offloaded_layers_are_expected()
    {
        string[] lines = ["load_tensors: offloaded 3/5 layers to GPU", "load_tensors:        CUDA0 model buffer size =     1.50 MiB"];
        var log = new PlacementLog(lines, canOffload: true);
        Assert.Equal((3, 5), (log.OffloadedLayers, log.Layers));
        Assert.Equal([("CUDA0", 1.5)], log.Buffers);
        MissingLogLineException error = Assert.Throws<MissingLogLineException>(() => new PlacementLog(lines[1..], canOffload: true));
        Assert.Equal([LogLines.OffloadedLayers], error.Formats);
    }

    [Fact]
    public void A_layer_that_stays_out_is_missed()
    {
        (List<string> lines, Action<IReadOnlyList<string>> read) = OperationOf(LogLines.LayerDevice);
        lines.Remove(lines.Last(line => LogLines.LayerDevice.TryRead(line, out _)));
        Assert.Throws<MissingLogLineException>(() => read(lines));
    }

    [RequiresFact(Need.LlamaSource)]
    public void Every_format_stands_in_the_source() => Assert.All(LogLines.All, format =>
        Assert.Contains($"\"{format.Format}", File.ReadAllText(Path.Combine(Repository.LlamaSource, format.Source)),
            StringComparison.Ordinal));

    /// <summary>The lines of the operation that logs a format, and their parser.</summary>
    private (List<string> Lines, Action<IReadOnlyList<string>> Read) OperationOf(LogFormat format)
    {
        if (format == LogLines.ModelBuffer)
        {
            return (LoadLines(), lines => _ = new PlacementLog(lines, canOffload: false));
        }

        if (format == LogLines.LayerDevice || format == LogLines.TensorOverride)
        {
            return (LoadLines(), lines => _ = new LayerLog(lines, new TinyModelOptions().Layers, hasOverrides: true));
        }

        if (format == LogLines.QuantizedTensor || format == LogLines.NewType || format == LogLines.SameType)
        {
            using GgufFile file = GgufFile.Open(tiny.Path);
            int tensors = file.Tensors.Count;
            return (QuantizationLines(), lines => _ = new QuantizationLog(lines, tensors));
        }

        return (ContextLines(format == LogLines.RecurrentBuffer ? "mamba" : "llama"), lines => _ = new ContextLog(lines, hasMemory: true));
    }

    private List<string> LoadLines()
    {
        LlamaModel.LoadWithoutWeights(tiny.Path, s_placed, out IReadOnlyList<string> log, default).Dispose();
        return [.. log];
    }

    private static List<string> ContextLines(string architecture)
    {
        using var file = new TinyModel(new TinyModelOptions { Architecture = architecture });
        using LlamaModel model = file.Load();
        using NativeLog.Recording log = NativeLog.Record();
        new LlamaContext(model, new ContextOptions { ContextSize = 256 }).Dispose();
        return log.Lines;
    }

    private unsafe List<string> QuantizationLines()
    {
        llama_model_quantize_params parameters = ReleaseProfile.Loaded.DefaultQuantizeParameters();
        parameters.ftype = (int)ModelFileType.Q8_0;
        parameters.dry_run = 1;
        using NativeLog.Recording log = NativeLog.Record();
        Assert.Equal(0u, ReleaseProfile.Loaded.Quantize(tiny.Path, "", &parameters));
        return log.Lines;
    }
}
