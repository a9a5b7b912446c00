namespace LlamaNative.TestSupport;

/// <summary>The first GPU that ggml sees.</summary>
public static class Gpu
{
    public static string? Name { get; } = LlamaRuntime.GetDevices().FirstOrDefault(device => device.IsGpu)?.Name;
}
