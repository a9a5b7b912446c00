using System.Text.Json;

namespace LlamaNative.Consumers.Tests.Packages;

/// <summary>
/// The libraries that each package must contain: the CPU variants are those of ggml's own build (ggml/src/CMakeLists.txt,
/// GGML_CPU_ALL_VARIANTS; one plain CPU backend for Windows on arm64). Where the libraries come prebuilt, llama and ggml are named by
/// node-llama-cpp; a record of the build accompanies those that are built from source.
/// </summary>
internal static class ExpectedLibraries
{
    private static readonly string s_release = ReadRelease();

    private static readonly string[] s_x64 =
    [
        "alderlake", "cannonlake", "cascadelake", "cooperlake", "haswell", "icelake", "ivybridge", "piledriver", "sandybridge",
        "sapphirerapids", "skylakex", "sse42", "x64", "zen4",
    ];

    private static readonly string[] s_arm64 =
        ["armv8.0_1", "armv8.2_1", "armv8.2_2", "armv8.2_3", "armv8.6_1", "armv8.6_2", "armv9.2_1", "armv9.2_2"];

    // MSBuild reads these two variables as well. Fewer platforms and variants take less time to build, for example in the gate.
    private static readonly string[] s_built =
        Environment.GetEnvironmentVariable("LlamaNativeVariants")?.Split(',') ?? [.. s_x64.Except(["sapphirerapids"])];

    private static readonly string[] s_skipped = Environment.GetEnvironmentVariable("LlamaNativeSkippedRids")?.Split(';') ?? [];

    public static string[] Rids { get; } =
        ["linux-x64", "linux-arm64", "linux-musl-x64", "win-x64", "win-arm64", "osx-arm64", "osx-x64"];

    /// <summary>The platforms whose libraries are in the packages.</summary>
    public static string[] Packed { get; } = [.. Rids.Except(s_skipped)];

    /// <summary>The platforms of the packages with extra libraries; those for macOS can be built only there.</summary>
    public static string[] PackedExtras { get; } = [.. Packed.Where(rid => !rid.StartsWith("osx", StringComparison.Ordinal))];

    /// <summary>The file names of the CPU package for one platform, in ordinal order.</summary>
    public static string[] Cpu(string rid)
    {
        string[] names = rid switch
        {
            "linux-x64" => [$"libggml.{s_release}.so", $"libllama.{s_release}.so", "libggml-base.so",
                .. Variants("libggml-cpu-", s_x64, ".so")],
            "linux-arm64" => [$"libggml.{s_release}.so", $"libllama.{s_release}.so", "libggml-base.so",
                .. Variants("libggml-cpu-", s_arm64, ".so")],
            "linux-musl-x64" => ["libggml.so", "libllama.so", "libggml-base.so", "llama.build.json",
                .. Variants("libggml-cpu-", s_built, ".so")],
            "win-x64" => ["ggml.dll", "llama.dll", "ggml-base.dll", "llama.build.json", .. Variants("ggml-cpu-", s_built, ".dll")],
            "win-arm64" => ["ggml.dll", "llama.dll", "ggml-base.dll", "llama.build.json", "ggml-cpu.dll"],
            "osx-arm64" => [$"libggml.metal.{s_release}.dylib", $"libllama.metal.{s_release}.dylib",
                "libggml-base.dylib", "libggml-blas.so", "libggml-metal.so",
                .. Variants("libggml-cpu-", ["apple_m1", "apple_m2_m3", "apple_m4"], ".so")],
            "osx-x64" => [$"libggml.{s_release}.dylib", $"libllama.{s_release}.dylib", "libggml-base.dylib",
                "libggml-blas.so", .. Variants("libggml-cpu-", s_x64, ".so")],
            _ => throw new ArgumentOutOfRangeException(nameof(rid), rid, "no such platform"),
        };
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <summary>The file names of the package with mtmd.</summary>
    public static string[] Multimodal(string rid) => [LibraryName("mtmd", rid), "mtmd.build.json"];

    /// <summary>The file names of the package with the RPC backend and its server.</summary>
    public static string[] Rpc(string rid) =>
        [LibraryName("ggml-rpc", rid), rid.StartsWith("win", StringComparison.Ordinal) ? "ggml-rpc-server.exe" : "ggml-rpc-server",
            "ggml-rpc.build.json"];

    private static string LibraryName(string name, string rid) =>
        rid.StartsWith("win", StringComparison.Ordinal) ? name + ".dll" : $"lib{name}.so";

    private static string ReadRelease()
    {
        using JsonDocument pin = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("native", "package.json")));
        return pin.RootElement.GetProperty("llamaNative").GetProperty("release").GetString()!;
    }

    private static IEnumerable<string> Variants(string prefix, string[] variants, string suffix) =>
        variants.Select(variant => prefix + variant + suffix);
}
