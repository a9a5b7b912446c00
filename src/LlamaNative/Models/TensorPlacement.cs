namespace LlamaNative.Models;

/// <summary>Places the tensors whose names match a pattern on a device, regardless of <see cref="ModelOptions.GpuLayers"/>.</summary>
/// <param name="Pattern">A regular expression (ECMAScript, std::regex), e.g. <c>ffn_.*_exps</c>.</param>
/// <param name="Device">The name of the device; see <see cref="LlamaRuntime.GetDevices"/>.</param>
public sealed record TensorPlacement(string Pattern, string Device);

/// <summary>The placement of a loaded model.</summary>
/// <param name="Buffers">The buffers that contain weights, with ggml's names, e.g. <c>CPU_Mapped</c> or <c>CUDA0</c>.</param>
/// <param name="OffloadedLayers">The number of layers on a GPU, including the output layer.</param>
/// <param name="OffloadableLayers">The number of layers that can be offloaded, including the output layer; 0 if llama.cpp does not report
/// it, as without a GPU.</param>
public sealed record ModelPlacement(IReadOnlyList<WeightBuffer> Buffers, int OffloadedLayers, int OffloadableLayers)
{
    /// <summary>Returns a human-readable summary.</summary>
    public override string ToString() =>
        string.Join(", ", Buffers) + (OffloadableLayers > 0 ? $"; {OffloadedLayers} of {OffloadableLayers} layers on the GPU" : "");
}

/// <summary>A buffer that contains weights.</summary>
/// <param name="Name">ggml's name of the buffer.</param>
/// <param name="ByteCount">The size in bytes, with the precision of 0.01 MiB that llama.cpp reports.</param>
public sealed record WeightBuffer(string Name, long ByteCount)
{
    /// <summary>Returns a human-readable summary.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Name} {ByteCount / (double)(1 << 20):F2} MiB");
}
