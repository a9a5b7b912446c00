using LlamaNative.Contexts;
using LlamaNative.Models;

namespace LlamaNative.Tests.Models;

/// <summary>
/// Tensors are placed as requested and reported, here with only the CPU (VulkanTests has a second device). Patterns become C++
/// regular expressions: an invalid pattern must not end the process.
/// </summary>
public sealed class TensorPlacementTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    [Fact]
    public void Without_a_gpu_the_report_says_what_the_cpu_holds()
    {
        using LlamaModel model = LlamaModel.Load(tiny.Path, new ModelOptions { GpuLayers = 0 });
        WeightBuffer buffer = Assert.Single(model.Placement.Buffers);
        Assert.Equal("CPU_Mapped", buffer.Name);
        Assert.Equal(new FileInfo(tiny.Path).Length, buffer.ByteCount, 0.1 * (1 << 20));
        Assert.Equal((0, 0), (model.Placement.OffloadedLayers, model.Placement.OffloadableLayers));
        Assert.Contains("CPU_Mapped", model.Placement.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_can_be_placed_and_the_result_is_the_same()
    {
        using LlamaModel plain = LlamaModel.Load(tiny.Path);
        using LlamaModel placed = Load(new TensorPlacement("ffn_(up|gate|down)", "CPU"), new TensorPlacement("attn_.*", "CPU"));
        Assert.Equal(Logits(plain), Logits(placed));
    }

    [Fact]
    public void A_device_that_is_not_there_is_named_beside_those_that_are()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => Load(new TensorPlacement("ffn", "CUDA7")));
        Assert.Contains("CUDA7", error.Message, StringComparison.Ordinal);
        Assert.Contains("CPU", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ffn_(up")]
    [InlineData("[z-a]")]
    [InlineData("*")]
    [InlineData("a{9999999999}")]
    [InlineData("a\0b")]
    [InlineData("\\")]
    public void A_pattern_that_is_none_is_a_typed_error(string pattern)
    {
        Assert.IsAssignableFrom<Exception>(Record.Exception(() => Load(new TensorPlacement(pattern, "CPU"))) switch
        {
            ArgumentException error => error,
            ModelLoadException error => error,
            { } other => throw new InvalidOperationException("another error", other),
            null => throw new InvalidOperationException("accepted"),
        });
        using LlamaModel model = LlamaModel.Load(tiny.Path);
        Assert.NotEmpty(Logits(model));
    }

    [Fact]
    public void A_pattern_too_deep_for_the_native_stack_is_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => Load(new TensorPlacement(new string('(', 100_000) + new string(')', 100_000), "CPU")));

    private LlamaModel Load(params TensorPlacement[] placements) =>
        LlamaModel.Load(tiny.Path, new ModelOptions { TensorPlacements = placements });

    private static float[] Logits(LlamaModel model)
    {
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        using var batch = new TokenBatch(1);
        batch.Add(5, 0, logits: true);
        context.Decode(batch);
        return context.GetLogits(0).ToArray();
    }
}
