using System.Text.Json;

namespace LlamaNative.Tests.Cli;

/// <summary>
/// Layers on a software GPU, which is slow but runs the same code. The tests use separate processes, because a process loads
/// only one set of native libraries.
/// </summary>
public sealed class VulkanTests
{
    private static readonly string[] s_run =
        ["run", "-m", Repository.TinyChat, "-p", "Once upon a time", "-n", "24", "--temp", "0", "-t", "1", "--json"];

    [RequiresFact(Need.SoftwareVulkan)]
    public async Task Layers_on_a_GPU_give_the_CPUs_tokens_and_lie_where_they_were_told_to()
    {
        ToolResult devices = await Tool.RunWithAsync(Environment(), "devices", "--json");
        ToolResult cpu = await Tool.RunAsync([.. s_run, "-ngl", "0"]);
        ToolResult gpu = await Tool.RunWithAsync(Environment(), [.. s_run, "-ngl", "99", "--verbose"]);
        Assert.Contains(devices.Json().EnumerateArray(), device => device.GetProperty("backend").GetString() == "Vulkan");
        Assert.Equal(Tokens(cpu), Tokens(gpu));
        Assert.Equal(24, Tokens(gpu).Length);

        // llama.cpp's log confirms the offload of 4 layers and the output, and so does our report.
        Assert.Contains("offloaded 5/5 layers to GPU", gpu.Error, StringComparison.Ordinal);
        Assert.Equal((5, 5), Layers(gpu));
        Assert.Contains("Vulkan0", Buffers(gpu).Keys);
        Assert.Equal((0, 0), Layers(cpu));
        Assert.Equal(["CPU_Mapped"], Buffers(cpu).Keys);

        // A mixture-of-experts model larger than the GPU runs well when only its experts stay in main memory; were the
        // pattern ignored, it would not load at all.
        ToolResult placed = await Tool.RunWithAsync(Environment(), [.. s_run, "-ngl", "99", "-ot", "ffn_(up|gate|down)=CPU"]);
        Assert.Equal(Tokens(gpu), Tokens(placed));

        // 4 layers of 3 matrices with 128 × 352 numbers in Q8_0, 34 bytes for 32 of them, have moved: 0.55 MiB. The
        // mapping spans from the first to the last of them.
        Assert.Equal(0.55, Buffers(gpu)["Vulkan0"] - Buffers(placed)["Vulkan0"], 0.015);
        Assert.True(Host(placed) - Host(gpu) > 0.5);

        static double Host(ToolResult result) =>
            Buffers(result).Where(buffer => buffer.Key.StartsWith("CPU", StringComparison.Ordinal)).Sum(buffer => buffer.Value);
    }

    // Without a driver there is no device, and a request for it must not silently fall back to the CPU.
    [Fact]
    public async Task Asking_for_a_GPU_that_is_not_there_is_an_error()
    {
        ToolResult result = await Tool.RunAsync("run", "-m", Repository.TinyChat, "-p", "Once", "-n", "1", "-ngl", "99");
        Assert.Equal((1, 0), (result.ExitCode, result.Output.Length));
        Assert.Contains("GPU", result.Error, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Environment() => new()
    {
        ["LLAMANATIVE_LIBRARY_DIR"] = SoftwareVulkan.Libraries,
        ["GGML_VK_VISIBLE_DEVICES"] = "0", // ggml ignores software devices unless they are listed
        ["VK_ICD_FILENAMES"] = SoftwareVulkan.Driver!,
    };

    private static (int Offloaded, int Of) Layers(ToolResult result) =>
        (Placement(result).GetProperty("offloadedLayers").GetInt32(), Placement(result).GetProperty("offloadableLayers").GetInt32());

    private static Dictionary<string, double> Buffers(ToolResult result) => Placement(result).GetProperty("buffers").EnumerateArray()
        .ToDictionary(buffer => buffer.GetProperty("name").GetString()!, buffer => buffer.GetProperty("bytes").GetInt64() / 1048576.0);

    private static JsonElement Placement(ToolResult result) => result.Json().GetProperty("placement");

    private static int[] Tokens(ToolResult result) => GoldenFile.Ints(result.Json().GetProperty("tokens"));
}
