
namespace LlamaNative.Consumers.Tests;

/// <summary>The packages that <c>dotnet pack -c Release -o artifacts</c> has made.</summary>
internal static class Artifacts
{
    public const string Library = "LlamaNative";
    public const string Cpu = "LlamaNative.Backend.Cpu";
    public const string Vulkan = "LlamaNative.Backend.Vulkan";
    public const string Cuda = "LlamaNative.Backend.Cuda";
    public const string CudaLinux = "LlamaNative.Backend.Cuda.Linux";
    public const string CudaWindows = "LlamaNative.Backend.Cuda.Windows";
    public const string Multimodal = "LlamaNative.Backend.Multimodal";
    public const string Rpc = "LlamaNative.Backend.Rpc";
    public const string Tool = "LlamaNative.Cli";
    public const string Templates = "LlamaNative.Templates";
    public const string Grammars = "LlamaNative.Grammars";
    public const string Merging = "LlamaNative.Merging";

    public static string Folder { get; } = Repository.PathOf("artifacts");

    /// <summary>The version in the library's package name; every package must have it.</summary>
    public static string Version { get; } = FindVersion();

    /// <summary>Whether GPU packages were created; -p:PackGpuBackends=false skips them.</summary>
    public static bool HasGpuBackends => File.Exists(PathOf(Vulkan)) && File.Exists(PathOf(Cuda));

    /// <summary>Whether the packages with mtmd and the RPC backend were created; -p:PackExtras=false skips them.</summary>
    public static bool HasExtras => File.Exists(PathOf(Multimodal)) && File.Exists(PathOf(Rpc));

    public static string PathOf(string id, string extension = ".nupkg") => Path.Combine(Folder, $"{id}.{Version}{extension}");

    private static string FindVersion()
    {
        string[] found = Directory.Exists(Folder) ? Directory.GetFiles(Folder, "LlamaNative.Backend.Cpu.*.nupkg") : [];
        Assert.True(found.Length == 1,
            $"{Folder} holds {found.Length} versions of {Cpu}. Empty it and make the packages first: dotnet pack -c Release -o artifacts");
        return Path.GetFileNameWithoutExtension(found[0])[(Cpu.Length + 1)..];
    }
}
