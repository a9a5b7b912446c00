namespace LlamaNative.TestSupport;

/// <summary>A Vulkan device without a GPU: Mesa's software driver with ggml's Vulkan backend.</summary>
public static class SoftwareVulkan
{
    private const string Drivers = "/usr/share/vulkan/icd.d";

    /// <summary>The folder with the backend; RestoreLibraries with LlamaNativeGpu=vulkan fills it.</summary>
    public static string Libraries { get; } = Repository.PathOf("native", ".cache", "vulkan", "linux-x64");

    public static bool HasLibraries => File.Exists(Path.Combine(Libraries, "libggml-vulkan.so"));

    /// <summary>The driver's description file.</summary>
    public static string? Driver { get; } =
        Directory.Exists(Drivers) ? Directory.EnumerateFiles(Drivers, "lvp_icd*.json").FirstOrDefault() : null;
}
