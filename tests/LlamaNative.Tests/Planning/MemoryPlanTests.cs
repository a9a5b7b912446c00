using System.Globalization;
using System.Text.RegularExpressions;
using LlamaNative.Contexts;
using LlamaNative.Interop;
using LlamaNative.Models;
using LlamaNative.Planning;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Planning;

/// <summary>A plan made before loading equals the buffer sizes that llama.cpp reports after loading.</summary>
public sealed partial class MemoryPlanTests : IDisposable
{
    private const double Mebibyte = 1 << 20;
    private const double Rounding = 0.011; // llama.cpp prints two decimals of a MiB

    private readonly TinyModel _model = new(Wide);

    private static TinyModelOptions Wide => new() { Embedding = 256, Heads = 4, HeadsKv = 2, Layers = 4, ContextLength = 8192 };

    public static TheoryData<string, ContextOptions> Contexts => new()
    {
        { "llama", new ContextOptions { ContextSize = 1024 } },
        { "llama", new ContextOptions { ContextSize = 3000, CacheTypeK = GgmlType.Q8_0, CacheTypeV = GgmlType.Q4_0,
            FlashAttention = FlashAttention.Enabled } },
        { "llama", new ContextOptions { ContextSize = 1024, CacheTypeK = GgmlType.F32, CacheTypeV = GgmlType.F32,
            FlashAttention = FlashAttention.Disabled, MicroBatchSize = 128 } },
        { "llama", new ContextOptions { ContextSize = 2048, MaxSequences = 3 } },
        { "llama", new ContextOptions { ContextSize = 2048, MaxSequences = 3, UnifiedCache = true } },
        { "llama", new ContextOptions { ContextSize = 512, Embeddings = true, PoolingType = PoolingType.Mean } },
        { "gemma2", new ContextOptions { ContextSize = 4096, FullSlidingWindowCache = true } },
        { "gemma2", new ContextOptions { ContextSize = 4096, FullSlidingWindowCache = false, MicroBatchSize = 64 } },
    };

    public void Dispose() => _model.Dispose();

    [Theory]
    [MemberData(nameof(Contexts))]
    public void The_estimate_is_what_llama_cpp_reports_after_loading(string architecture, ContextOptions options)
    {
        using var file = new TinyModel(Wide with { Architecture = architecture, SlidingWindow = architecture == "gemma2" ? 128 : null });
        MemoryPlan plan = MemoryPlan.Estimate(file.Path, contextOptions: options);

        using LlamaModel model = file.Load();
        using NativeLog.Recording log = NativeLog.Record();
        using var context = new LlamaContext(model, options);
        Assert.Equal(context.ContextSize, plan.ContextSize);
        Assert.Equal(Buffers(model.Placement), Buffers(plan.Placement),
            (a, b) => a.Name == b.Name && Math.Abs(a.ByteCount - b.ByteCount) < Rounding * Mebibyte);

        double cells = CacheSize.Cells(plan.ContextSize, options) * CacheSize.BytesPerCell / Mebibyte;
        double[] caches = [.. Sizes(log, CacheBuffer())];
        Assert.NotEmpty(caches);
        Assert.Equal(caches.Sum(), (plan.Host.CacheBytes / Mebibyte) - cells, tolerance: Rounding * (caches.Length + 1));
        double[] compute = [.. Sizes(log, ComputeBuffer())];
        Assert.Equal(2, compute.Length);
        Assert.Equal(compute.Sum(), plan.Host.ComputeBytes / Mebibyte, tolerance: Rounding * 2);
    }

    // By hand, F32: 4 layers of (4 - 1) · 512 for the convolution and 16 · 512 for the state, for each sequence.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_recurrent_models_state_is_one_for_each_sequence_whatever_the_context(int sequences)
    {
        using var file = new TinyModel(Wide with { Architecture = "mamba" });
        var options = new ContextOptions { ContextSize = 4096, MaxSequences = sequences };
        MemoryPlan plan = MemoryPlan.Estimate(file.Path, contextOptions: options);
        double state = 4.0 * sequences * ((3 * 512) + (16 * 512)) * sizeof(float) / Mebibyte;
        double planned = (plan.Host.CacheBytes - (CacheSize.Cells(plan.ContextSize, options) * CacheSize.BytesPerCell)) / Mebibyte;
        Assert.Equal(state, planned, tolerance: Rounding);

        using LlamaModel model = file.Load();
        using NativeLog.Recording log = NativeLog.Record();
        using var context = new LlamaContext(model, options);
        Assert.Equal(Sizes(log, StateBuffer()).Sum(), planned, tolerance: Rounding * 2);
        Assert.Equal(Sizes(log, ComputeBuffer()).Sum(), plan.Host.ComputeBytes / Mebibyte, tolerance: Rounding * 2);
    }

    // A window of 128 tokens needs fewer cells than 4096; if the plan ignored the window, both would be equal.
    [Fact]
    public void Sliding_window_layers_take_less()
    {
        using var file = new TinyModel(Wide with { Architecture = "gemma2", SlidingWindow = 128 });
        var options = new ContextOptions { ContextSize = 4096, MicroBatchSize = 64 };
        long full = MemoryPlan.Estimate(file.Path, contextOptions: options).Host.CacheBytes;
        long window = MemoryPlan.Estimate(file.Path, contextOptions: options with { FullSlidingWindowCache = false }).Host.CacheBytes;
        Assert.True(window < full * 3 / 4, $"{window} of {full}");
    }

    // 2 (K, V) · 2 bytes · 4 layers · 2 heads · 64 numbers · 8192 cells = 16 MiB by hand, and 160 bytes for each cell's notes.
    [Fact]
    public void With_room_the_trained_context_is_taken()
    {
        MemoryPlan plan = MemoryPlan.Fit(_model.Path);
        Assert.Equal(8192, plan.ContextSize);
        Assert.Equal(8192, plan.ContextOptions.ContextSize);
        Assert.Equal((16L << 20) + (8192 * 160), plan.Host.CacheBytes);
        Assert.True(plan.Fits);
        Assert.Equal(plan.NeededBytes, plan.Devices.Sum(device => device.NeededBytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_largest_context_within_the_budget_is_found(int sequences)
    {
        var open = new ContextOptions { MaxSequences = sequences };
        const int Wanted = 5376; // 7 · 3 · 256
        long budget = MemoryPlan.Estimate(_model.Path, contextOptions: open with { ContextSize = Wanted }).Host.NeededBytes;
        MemoryPlan plan = MemoryPlan.Fit(_model.Path, contextOptions: open, fitOptions: new MemoryFitOptions
        {
            BudgetBytes = budget,
            MinContextSize = 256,
        });
        Assert.Equal(Wanted, plan.ContextSize);

        // Nothing larger would have fit.
        MemoryPlan next = MemoryPlan.Estimate(_model.Path, contextOptions: open with { ContextSize = Wanted + (256 * sequences) });
        Assert.True(next.Host.NeededBytes > budget);
        using LlamaModel model = LlamaModel.Load(plan.Path, plan.ModelOptions);
        using var context = new LlamaContext(model, plan.ContextOptions);
        Assert.Equal(plan.ContextSize, context.ContextSize);
    }

    [Fact]
    public async Task Plans_made_on_a_pool_thread_are_the_same()
    {
        var options = new ContextOptions { ContextSize = 768 };
        MemoryPlan estimate = await MemoryPlan.EstimateAsync(_model.Path, contextOptions: options);
        Assert.Equal(MemoryPlan.Estimate(_model.Path, contextOptions: options).NeededBytes, estimate.NeededBytes);
        Assert.Equal(768, (await MemoryPlan.FitAsync(_model.Path, contextOptions: options)).ContextSize);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => MemoryPlan.FitAsync(_model.Path, cancellationToken: new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => MemoryPlan.EstimateAsync(_model.Path, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_size_that_is_fixed_stays_and_a_limit_holds()
    {
        Assert.Equal(768, MemoryPlan.Fit(_model.Path, contextOptions: new ContextOptions { ContextSize = 768 }).ContextSize);
        Assert.Equal(8192, MemoryPlan.Fit(_model.Path, contextOptions: new ContextOptions { ContextSize = 0 }).ContextSize);
        Assert.Equal(1024, MemoryPlan.Fit(_model.Path, fitOptions: new MemoryFitOptions { MaxContextSize = 1024 }).ContextSize);
    }

    [Fact]
    public void What_does_not_fit_says_so_with_figures()
    {
        var limits = new MemoryFitOptions { BudgetBytes = 1 << 20 };
        ModelTooLargeException error = Assert.Throws<ModelTooLargeException>(() => MemoryPlan.Fit(_model.Path, fitOptions: limits));
        Assert.Equal(4096, error.Least.ContextSize);
        Assert.Equal(DeviceKind.Cpu, error.Device.Kind);
        Assert.True(error.Device.NeededBytes > 1 << 20);
        Assert.Contains($"needs {error.Device.NeededBytes / Mebibyte:F0} MiB", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 MiB may be used", error.Message, StringComparison.Ordinal);

        // A fixed size is not lowered either.
        error = Assert.Throws<ModelTooLargeException>(
            () => MemoryPlan.Fit(_model.Path, contextOptions: new ContextOptions { ContextSize = 8192 }, fitOptions: limits));
        Assert.Equal(8192, error.Least.ContextSize);
    }

    // llama.cpp would really allocate the metadata of two billion cells, even when it only plans.
    [Fact]
    public void A_context_beyond_all_memory_is_refused_and_not_tried()
    {
        var options = new ContextOptions { ContextSize = int.MaxValue - 256 };
        Assert.Throws<ContextCreationException>(() => MemoryPlan.Estimate(_model.Path, contextOptions: options));
        using LlamaModel model = _model.Load();
        Assert.Throws<ContextCreationException>(() => new LlamaContext(model, options));
    }

    [Fact]
    public void Errors_are_those_of_loading()
    {
        Assert.Throws<ModelLoadException>(() => MemoryPlan.Estimate(_model.Path + ".missing"));
        Assert.Throws<ModelLoadException>(() => MemoryPlan.Estimate(_model.Path, new ModelOptions { VocabularyOnly = true }));
        Assert.ThrowsAny<ArgumentException>(() => MemoryPlan.Fit(_model.Path, contextOptions: new ContextOptions { BatchSize = -1 }));
        Assert.ThrowsAny<ArgumentException>(() => MemoryPlan.Fit(_model.Path, fitOptions: new MemoryFitOptions { MinContextSize = 0 }));
        Assert.ThrowsAny<OperationCanceledException>(
            () => MemoryPlan.Fit(_model.Path, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void The_hosts_free_memory_is_less_than_all_of_it()
    {
        DeviceInfo cpu = LlamaRuntime.GetDevices().Single(device => device.Kind == DeviceKind.Cpu);
        Assert.InRange(cpu.FreeBytes, 1L << 20, cpu.TotalBytes - 1);
    }

    private static WeightBuffer[] Buffers(ModelPlacement placement) =>
        [.. placement.Buffers.OrderBy(buffer => buffer.Name, StringComparer.Ordinal)];

    private static IEnumerable<double> Sizes(NativeLog.Recording log, Regex pattern) =>
        log.Lines.Select(line => pattern.Match(line)).Where(match => match.Success)
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"KV buffer size = +([0-9.]+) MiB")]
    private static partial Regex CacheBuffer();

    [GeneratedRegex(@"RS buffer size = +([0-9.]+) MiB")]
    private static partial Regex StateBuffer();

    [GeneratedRegex(@"(?:compute|output) buffer size = +([0-9.]+) MiB")]
    private static partial Regex ComputeBuffer();
}
