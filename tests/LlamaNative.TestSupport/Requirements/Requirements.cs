using System.Runtime.InteropServices;

namespace LlamaNative.TestSupport;

/// <summary>
/// One row per <see cref="Need"/>: how it is detected, and the skip reason of tests if it is missing, which names what to
/// install or run.
/// </summary>
public static class Requirements
{
    private const string VulkanDriver = "a software Vulkan driver (Debian: apt-get install mesa-vulkan-drivers)";
    private const string FetchSource = "llama.cpp's source: dotnet msbuild native/LlamaNative.Native.proj -t:FetchSource";

    private static readonly Dictionary<Need, Requirement> s_table = new()
    {
        [Need.Linux] = new(OperatingSystem.IsLinux, "Linux"),
        [Need.LinuxX64] = new(() => RuntimeInformation.RuntimeIdentifier == "linux-x64", "linux-x64"),
        [Need.X64] = new(() => RuntimeInformation.ProcessArchitecture == Architecture.X64, "an x64 processor"),
        [Need.Signals] = new(() => !OperatingSystem.IsWindows(), "signals, which Windows does not have"),
        [Need.Gcc] = new(() => Programs.Find("gcc") is not null, "gcc (Debian: apt-get install gcc)"),
        [Need.Node] = new(() => Programs.Find("node") is not null, "Node.js 20 or later (Debian: apt-get install nodejs npm)"),
        [Need.LlamaSource] = new(() => File.Exists(Path.Combine(Repository.LlamaSource, "include", "llama.h")), FetchSource),
        [Need.Shared] = new(
            () => Directory.Exists(Repository.SharedPathOf("")),
            "the reference files in ../shared, which are not part of the repository"),
        [Need.Chromium] = new(() => Programs.Browser is not null, "Chromium, Chrome or Edge (Debian: apt-get install chromium)"),
        [Need.Gpu] = new(
            () => Gpu.Name is not null,
            "a GPU that ggml sees: build with -p:LlamaNativeGpu=vulkan (or cuda) and install its driver"),
        [Need.SoftwareVulkan] = new(
            () => SoftwareVulkan.Driver is not null && SoftwareVulkan.HasLibraries,
            VulkanDriver + " and ggml's Vulkan backend: " +
            "dotnet msbuild native/LlamaNative.Native.proj -t:RestoreLibraries -p:LlamaNativeGpu=vulkan"),
        [Need.VulkanDriver] = new(() => SoftwareVulkan.Driver is not null, VulkanDriver),
        [Need.GpuPackages] = new(
            () => IsPacked("LlamaNative.Backend.Vulkan") && IsPacked("LlamaNative.Backend.Cuda"),
            "the GPU packages: dotnet pack -c Release -o artifacts, without -p:PackGpuBackends=false"),
        [Need.ExtraPackages] = new(
            () => IsPacked("LlamaNative.Backend.Multimodal") && IsPacked("LlamaNative.Backend.Rpc"),
            "the packages with mtmd and the RPC backend: dotnet pack -c Release -o artifacts, without -p:PackExtras=false"),
        [Need.Musl] = new(() => Programs.Find("musl-gcc") is not null, "musl with its compiler (Debian: apt-get install musl-tools)"),
        [Need.Mingw] = new(
            () => Programs.Find("x86_64-w64-mingw32-gcc-posix") is not null,
            "MinGW-w64 (Debian: apt-get install g++-mingw-w64-x86-64-posix)"),
        [Need.Wine] = new(() => WineLoader.Starts, "a working Wine (Debian: apt-get install wine64)"),
        [Need.VirtualScreen] = new(() => Programs.Find("Xvfb") is not null, "Xvfb (Debian: apt-get install xvfb)"),
        [Need.Arm64Emulation] = new(
            () => Arm64Tools.Exist,
            "QEMU and a C++ compiler for arm64 (Debian: apt-get install qemu-user-static g++-aarch64-linux-gnu)"),
        [Need.QuantizerFallback] = OfPinnedRelease("the quantizer's fallback for rows that are not whole blocks"),
        [Need.PinnedSampling] = OfPinnedRelease("the random numbers"),
        [Need.GrammarEscape] = OfPinnedRelease(@"the escape \- in grammars"),
        [Need.PinnedArchitectures] = OfPinnedRelease("the architectures"),
    };

    /// <summary>The reason to skip a test that needs all of these, or null if none is missing.</summary>
    public static string? Missing(params Need[] needs)
    {
        string[] missing = [.. needs.Select(need => s_table[need]).Where(need => !need.IsMet.Value).Select(need => need.What)];
        return missing.Length == 0 ? null : "needs " + string.Join("; and ", missing);
    }

    private static Requirement OfPinnedRelease(string feature) =>
        new(() => NativeRelease.IsPinned, $"{feature} of the pinned release, and LLAMANATIVE_LIBRARY_DIR is of another");

    private static bool IsPacked(string package)
    {
        string folder = Repository.PathOf("artifacts");
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, package + ".*.nupkg").Any();
    }

    private sealed record Requirement(Lazy<bool> IsMet, string What)
    {
        public Requirement(Func<bool> detect, string what)
            : this(new Lazy<bool>(detect), what)
        {
        }
    }
}
