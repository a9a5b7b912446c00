using System.Text.Json;

namespace LlamaNative.Tests.Cli;

/// <summary>
/// Layers on a software GPU, which is slow but runs the same code. The tests use separate processes, because a process loads
/// only one set of native libraries.
/// </summary>
public sealed class VulkanTests
{
    private const string ModelFile = "models/stories260K.gguf";

    [RequiresFact(Need.SoftwareVulkan, Need.Shared)]
    public async Task Greedy_tokens_with_all_layers_offloaded_are_the_CPUs()
    {
        string[] arguments = ["run", "-m", Repository.SharedPathOf(ModelFile), "-p", "Once upon a time", "-n",
            "48", "--temp", "0", "-t", "1", "--json"];
        ToolResult devices = await Tool.RunWithAsync(Environment(), "devices", "--json");
        ToolResult cpu = await Tool.RunAsync([.. arguments, "-ngl", "0"]);
        ToolResult gpu = await Tool.RunWithAsync(Environment(), [.. arguments, "-ngl", "99", "--verbose"]);

        Assert.Contains(devices.Json().EnumerateArray(), device => device.GetProperty("backend").GetString() == "Vulkan");
        Assert.Equal(Tokens(cpu), Tokens(gpu));
        Assert.Equal(48, Tokens(gpu).Length);

        // llama.cpp's log confirms the offload of 5 layers and the output, and so does our report.
        Assert.Contains("offloaded 6/6 layers to GPU", gpu.Error, StringComparison.Ordinal);
        Assert.Equal((6, 6), Layers(gpu));
        Assert.Contains("Vulkan0", Buffers(gpu).Keys);
        Assert.Equal((0, 0), Layers(cpu));
        Assert.Equal(["CPU_Mapped"], Buffers(cpu).Keys);
    }

    // A mixture-of-experts model larger than the GPU's memory runs well if only its experts stay in main memory; if the
    // pattern were ignored, it would not load.
    [RequiresFact(Need.SoftwareVulkan, Need.Shared)]
    public async Task Tensors_found_by_a_pattern_stay_where_it_says()
    {
        string[] arguments = ["run", "-m", Repository.SharedPathOf(ModelFile), "-p", "Once upon a time", "-n",
            "24", "--temp", "0", "-t", "1", "--json", "-ngl", "99"];
        ToolResult whole = await Tool.RunWithAsync(Environment(), arguments);
        ToolResult placed = await Tool.RunWithAsync(Environment(), [.. arguments, "-ot", "ffn_(up|gate|down)=CPU"]);
        Assert.Equal(Tokens(whole), Tokens(placed));

        // 5 layers of 3 matrices with 64 × 172 numbers of 4 bytes, which are 0.63 MiB, have moved.
        Assert.Equal(0.63, Buffers(whole)["Vulkan0"] - Buffers(placed)["Vulkan0"], 0.015);
        // The mapping spans from the first to the last of them.
        Assert.True(Host(placed) - Host(whole) > 0.6);

        static double Host(ToolResult result) =>
            Buffers(result).Where(buffer => buffer.Key.StartsWith("CPU", StringComparison.Ordinal)).Sum(buffer => buffer.Value);
    }

    // Without a driver there is no device, and a request for it must not silently fall back to the CPU.
    [RequiresFact(Need.SoftwareVulkan, Need.Shared)]
    public async Task Asking_for_a_GPU_that_is_not_there_is_an_error()
    {
        ToolResult result = await Tool.RunAsync("run", "-m", Repository.SharedPathOf(ModelFile), "-p", "Once", "-n", "1", "-ngl", "99");
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

    private static int[] Tokens(ToolResult result) =>
        [.. result.Json().GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())];
}
