namespace LlamaNative.Models;

/// <summary>Puts the tensors whose name a pattern finds on a device of your choice, whatever <see cref="ModelOptions.GpuLayers"/> says of their layer.</summary>
/// <param name="Pattern">A regular expression (ECMAScript, as std::regex reads it), e.g. <c>ffn_.*_exps</c>.</param>
/// <param name="Device">The device's name; see <see cref="LlamaRuntime.GetDevices"/>.</param>
public sealed record TensorPlacement(string Pattern, string Device);

/// <summary>What lies where after loading.</summary>
/// <param name="Buffers">The memory that holds weights, by ggml's name of it, e.g. <c>CPU_Mapped</c> or <c>CUDA0</c>.</param>
/// <param name="OffloadedLayers">Layers on a GPU, the output counted as one.</param>
/// <param name="OffloadableLayers">Layers that could be, the output counted as one; 0 when llama.cpp does not say, as without a GPU.</param>
public sealed record ModelPlacement(IReadOnlyList<WeightBuffer> Buffers, int OffloadedLayers, int OffloadableLayers)
{
    /// <summary>A line for people.</summary>
    public override string ToString() =>
        string.Join(", ", Buffers) + (OffloadableLayers > 0 ? $"; {OffloadedLayers} of {OffloadableLayers} layers on the GPU" : "");
}

/// <summary>Memory that holds weights.</summary>
/// <param name="Name">ggml's name of it.</param>
/// <param name="ByteCount">Its size in bytes, to a hundredth of a MiB: llama.cpp reports no more.</param>
public sealed record WeightBuffer(string Name, long ByteCount)
{
    /// <summary>A line for people.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name} {ByteCount / (double)(1 << 20):F2} MiB");
}
