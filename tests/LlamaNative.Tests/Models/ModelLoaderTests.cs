using LlamaNative.Contexts;
using LlamaNative.Gguf;
using LlamaNative.Models;

namespace LlamaNative.Tests.Models;

/// <summary>A file that is not a model causes a typed error and never ends the process, and the next valid file loads.</summary>
public sealed class ModelLoaderTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llamanative-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_missing_file_is_named()
    {
        string path = Path.Combine(_folder, "nowhere.gguf");
        Assert.Contains("does not exist", Refused(path).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_is_called_one() => Assert.Contains("is a directory", Refused(_folder).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    public void A_path_that_is_none_is_a_wrong_argument(string? path) => Assert.ThrowsAny<ArgumentException>(() => LlamaModel.Load(path!));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(100)]
    [InlineData(5_000)]
    public void A_file_cut_in_the_header_is_refused_by_our_own_reader(int length)
    {
        string path = Path.Combine(_folder, "cut.gguf");
        File.WriteAllBytes(path, File.ReadAllBytes(tiny.Path)[..length]);
        Assert.IsType<GgufFormatException>(Refused(path).InnerException);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void A_file_that_lacks_its_last_bytes_is_refused(int missing)
    {
        string path = Path.Combine(_folder, "cut.gguf");
        File.WriteAllBytes(path, File.ReadAllBytes(tiny.Path)[..^missing]);
        Assert.IsType<GgufFormatException>(Refused(path).InnerException);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Garbage_is_refused_with_and_without_the_magic(int seed)
    {
        var bytes = new byte[10_000];
        new Random(seed).NextBytes(bytes);
        string path = Path.Combine(_folder, "garbage.gguf");
        File.WriteAllBytes(path, bytes);
        Refused(path);

        "GGUF\x03\0\0\0"u8.CopyTo(bytes);
        File.WriteAllBytes(path, bytes);
        Refused(path);
    }

    [Fact]
    public void A_model_with_single_bytes_changed_loads_or_is_refused()
    {
        // The header only: changed weights are just other weights.
        byte[] good = File.ReadAllBytes(tiny.Path);
        string path = Path.Combine(_folder, "changed.gguf");
        var random = new Random(4);
        for (int round = 0; round < 60; round++)
        {
            byte[] bytes = [.. good];
            bytes[random.Next(24, 900)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            try
            {
                LlamaModel.Load(path).Dispose();
            }
            catch (LlamaException)
            {
            }
        }

        AssertLoads();
    }

    [Fact]
    public void An_unknown_architecture_is_named()
    {
        using var file = new TinyModel(new TinyModelOptions { Architecture = "nonsense" });
        Assert.Contains("nonsense", Refused(file.Path).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_without_weights_is_no_model_and_still_a_vocabulary()
    {
        using var file = new TinyModel(new TinyModelOptions { WithTensors = false });
        Refused(file.Path);
        using LlamaModel model = file.Load(new ModelOptions { VocabularyOnly = true });
        Assert.Equal("the cat", model.Vocabulary.Detokenize(model.Vocabulary.Tokenize("the cat", addSpecial: false), removeSpecial: true));
        var error = Assert.Throws<ContextCreationException>(() => new LlamaContext(model));
        Assert.Contains("VocabularyOnly", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("模型.gguf")]
    [InlineData("🦙 with spaces.gguf")]
    [InlineData("ünï'c\"ode.gguf")]
    public void Any_file_name_will_do(string name)
    {
        // Windows forbids quotes in names.
        using var file = new TinyModel(null, OperatingSystem.IsWindows() ? name.Replace('"', '_') : name);
        using LlamaModel model = file.Load();
        Assert.Equal(2, model.LayerCount);
    }

    [Fact]
    public void What_a_progress_report_throws_reaches_the_caller()
    {
        var error = Assert.Throws<InvalidTimeZoneException>(
            () => LlamaModel.Load(tiny.Path, null, new Progress(_ => throw new InvalidTimeZoneException("mine"))));
        Assert.Equal("mine", error.Message);
        AssertLoads();
    }

    [Fact]
    public void Loading_stops_when_it_is_cancelled_before_and_from_a_report()
    {
        Assert.Throws<OperationCanceledException>(() => LlamaModel.Load(tiny.Path, null, null, new CancellationToken(canceled: true)));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => LlamaModel.Load(tiny.Path, null, new Progress(_ => stop.Cancel()), stop.Token));
        AssertLoads();
    }

    [Fact]
    public async Task Loading_asynchronously_stops_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => LlamaModel.LoadAsync(tiny.Path, null, new Progress(_ => stop.Cancel()), stop.Token));
        using LlamaModel model = await LlamaModel.LoadAsync(tiny.Path);
        Assert.Equal(512, model.ContextLength);
    }

    [Fact]
    public void Options_that_make_no_sense_are_wrong_arguments()
    {
        Assert.ThrowsAny<ArgumentException>(() => LlamaModel.Load(tiny.Path, new ModelOptions { GpuLayers = -2 }));
        Assert.ThrowsAny<ArgumentException>(() => LlamaModel.Load(tiny.Path, new ModelOptions { TensorSplit = [float.NaN] }));
        Assert.ThrowsAny<ArgumentException>(() => LlamaModel.Load(tiny.Path, new ModelOptions { TensorSplit = new float[10_000] }));
        Assert.ThrowsAny<ArgumentException>(() => LlamaModel.Load(tiny.Path, Override("general.name", new string('x', 200))));
        Assert.ThrowsAny<ArgumentException>(() => LlamaModel.Load(tiny.Path, Override("", 1)));
        Assert.ThrowsAny<ArgumentException>(() => LlamaModel.Load(tiny.Path, Override("general.name", null!)));
        AssertLoads();
    }

    [Theory]
    [InlineData("llama.attention.head_count", 0)]
    [InlineData("llama.block_count", 0)]
    [InlineData("llama.block_count", 100_000)]
    [InlineData("llama.rope.dimension_count", 3)]
    [InlineData("llama.embedding_length", 0)]
    [InlineData("llama.block_count", -1)]
    [InlineData("llama.attention.head_count_kv", 3)]
    public void Metadata_overrides_that_fit_no_weights_are_refused(string key, long value)
    {
        Assert.Throws<ModelLoadException>(() => LlamaModel.Load(tiny.Path, Override(key, value)));
        AssertLoads();
    }

    [Fact]
    public void Overrides_and_templates_are_read_back()
    {
        using var file = new TinyModel(new TinyModelOptions { ChatTemplate = "{{ messages }}" });
        using LlamaModel model = file.Load(Override("general.name", "other"));
        Assert.Equal("other", model.Metadata["general.name"]);
        Assert.Equal("{{ messages }}", model.GetChatTemplate());
        Assert.Null(model.GetChatTemplate("tool_use"));

        // An override with another type than the file's is ignored.
        using LlamaModel mistaken = file.Load(Override("llama.block_count", "two"));
        Assert.Equal(2, mistaken.LayerCount);
    }

    [Fact]
    public void A_disposed_model_refuses_and_double_dispose_is_harmless()
    {
        LlamaModel model = LlamaModel.Load(tiny.Path);
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Vocabulary.Tokenize("x"));
        Assert.Throws<ObjectDisposedException>(() => model.Vocabulary.Detokenize([5]));
        Assert.Throws<ObjectDisposedException>(() => model.Vocabulary.GetPiece(5));
        Assert.Throws<ObjectDisposedException>(() => model.Vocabulary.GetText(5));
        Assert.Throws<ObjectDisposedException>(() => model.Vocabulary.GetAttributes(5));
        Assert.Throws<ObjectDisposedException>(() => model.GetChatTemplate());
        Assert.Throws<ObjectDisposedException>(() => new LlamaContext(model));
        AssertLoads();
    }

    private static ModelOptions Override(string key, MetadataOverride value) =>
        new() { MetadataOverrides = new Dictionary<string, MetadataOverride> { [key] = value } };

    private ModelLoadException Refused(string path)
    {
        var error = Assert.Throws<ModelLoadException>(() => LlamaModel.Load(path));
        Assert.Equal(path, error.Path);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        AssertLoads();
        return error;
    }

    private void AssertLoads() => LlamaModel.Load(tiny.Path).Dispose();

    /// <summary>Reports at once, on the loading thread.</summary>
    private sealed class Progress(Action<float> report) : IProgress<float>
    {
        public void Report(float value) => report(value);
    }
}
