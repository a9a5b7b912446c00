
namespace LlamaNative.Consumers.Tests.Packages;

/// <summary>
/// The native libraries in the packages are complete, pinned, for the right platform, and include their dependencies.
/// </summary>
public sealed class NativeLibraryTests
{
    // Libraries of the operating systems, as listed in the packages' READMEs.
    private static readonly string[] s_linux =
        ["libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libdl.so.2", "libpthread.so.0", "librt.so.1",
            "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
            "libc.so"]; // musl's

    private static readonly string[] s_windows = ["KERNEL32.DLL", "ADVAPI32.DLL", "MSVCRT.DLL", "WS2_32.DLL"];

    // What npm's GPU backends for Windows need in addition.
    private static readonly string[] s_visualC = ["MSVCP140.DLL", "VCRUNTIME140.DLL", "VCRUNTIME140_1.DLL"];

    public static TheoryData<string> Rids => [.. ExpectedLibraries.Packed];

    public static TheoryData<string> ExtraRids => [.. ExpectedLibraries.PackedExtras];

    [Theory]
    [MemberData(nameof(Rids))]
    public void The_CPU_package_has_every_library_of_every_platform(string rid)
    {
        using var package = new PackageFile(Artifacts.Cpu);
        Assert.Equal(ExpectedLibraries.Cpu(rid), package.Libraries(rid));
        CheckAll(rid, Load(package, rid, "cpu"), []);
    }

    [Theory]
    [MemberData(nameof(Rids))]
    public void The_tool_has_the_same_libraries(string rid)
    {
        using var package = new PackageFile(Artifacts.Tool);
        Assert.Equal(ExpectedLibraries.Cpu(rid), package.Libraries(rid, "tools/net10.0/any/runtimes"));
    }

    [RequiresTheory(Need.ExtraPackages)]
    [MemberData(nameof(ExtraRids))]
    public void The_packages_with_extra_libraries_fit_the_CPU_package(string rid)
    {
        CheckAddition(Artifacts.Multimodal, "multimodal", rid, ExpectedLibraries.Multimodal(rid), []);
        CheckAddition(Artifacts.Rpc, "rpc", rid, ExpectedLibraries.Rpc(rid), []);
    }

    [RequiresFact(Need.GpuPackages)]
    public void The_Vulkan_package_adds_a_backend_that_fits_the_CPU_package()
    {
        CheckAddition(Artifacts.Vulkan, "vulkan", "linux-x64", ["libggml-vulkan.so"], ["libvulkan.so.1"]);
        CheckAddition(Artifacts.Vulkan, "vulkan", "win-x64", ["ggml-vulkan.dll"], ["VULKAN-1.DLL"]);
    }

    [RequiresFact(Need.GpuPackages)]
    public void The_CUDA_packages_add_backends_that_fit_the_CPU_package()
    {
        CheckAddition(Artifacts.CudaLinux, "cuda", "linux-x64", ["libggml-cuda.so"],
            ["libcudart.so.13", "libcublas.so.13", "libcuda.so.1"]);
        CheckAddition(Artifacts.CudaWindows, "cuda", "win-x64", ["ggml-cuda.dll"], ["CUBLAS64_13.DLL"]);
        using var package = new PackageFile(Artifacts.Cuda);
        Assert.DoesNotContain(package.Names, name => name.StartsWith("runtimes/", StringComparison.Ordinal));
    }

    private static void CheckAddition(string id, string flavor, string rid, string[] files, string[] system)
    {
        using var cpu = new PackageFile(Artifacts.Cpu);
        using var package = new PackageFile(id);
        Assert.Equal(files.Order(StringComparer.Ordinal), package.Libraries(rid));
        Dictionary<string, NativeImage> images = Load(cpu, rid, "cpu");
        foreach ((string name, NativeImage added) in Load(package, rid, flavor))
        {
            images[name] = added;
            Assert.All(system, needed => Assert.Contains(needed, added.Needed, StringComparer.OrdinalIgnoreCase));
        }

        CheckAll(rid, images, [.. system, .. s_visualC]);
    }

    private static Dictionary<string, NativeImage> Load(PackageFile package, string rid, string flavor)
    {
        var images = new Dictionary<string, NativeImage>();
        foreach (string name in package.Libraries(rid))
        {
            byte[] file = package.Read($"runtimes/{rid}/native/{name}");
            string pinned = Repository.PathOf("native", ".cache", flavor, rid, name);
            Assert.True(file.AsSpan().SequenceEqual(File.ReadAllBytes(pinned)),
                $"{name} for {rid} is not the one restored from the pinned package or built from the pinned source");
            if (!name.EndsWith(".json", StringComparison.Ordinal)) // a record of the build
            {
                images[name] = NativeImage.Read(file);
            }
        }

        return images;
    }

    private static void CheckAll(string rid, Dictionary<string, NativeImage> images, string[] system)
    {
        foreach ((string name, NativeImage image) in images)
        {
            Assert.True(rid == image.Platform, $"{name} is in the folder for {rid} but built for {image.Platform}");
            Assert.All(image.Needed,
                needed => Assert.True(IsThere(needed, images, system),
                    $"{rid}: {name} needs {needed}, which neither the package nor the system brings"));
            CheckSymbols(rid, name, image, images);
            CheckSystem(name, image);
        }
    }

    private static bool IsThere(string needed, Dictionary<string, NativeImage> images, string[] system) =>
        images.ContainsKey(needed)
        || (needed.StartsWith("@rpath/", StringComparison.Ordinal) && images.ContainsKey(needed["@rpath/".Length..]))
        || system.Contains(needed, StringComparer.OrdinalIgnoreCase)
        || s_linux.Contains(needed)
        || s_windows.Contains(needed.ToUpperInvariant())
        || needed.StartsWith("api-ms-win-crt-", StringComparison.OrdinalIgnoreCase)
        || needed.StartsWith("/usr/lib/", StringComparison.Ordinal)
        || needed.StartsWith("/System/Library/Frameworks/", StringComparison.Ordinal);

    /// <summary>Every function of ggml or llama that a library imports is exported by one of the libraries it links to.</summary>
    private static void CheckSymbols(string rid, string name, NativeImage image, Dictionary<string, NativeImage> images)
    {
        HashSet<string> given = [.. image.Needed.Select(needed => images.GetValueOrDefault(needed[(needed.LastIndexOf('/') + 1)..]))
            .OfType<NativeImage>().SelectMany(other => other.Exports)];
        string[] taken = [.. image.Imports.Where(
            symbol => symbol.StartsWith("ggml_", StringComparison.Ordinal) || symbol.StartsWith("gguf_", StringComparison.Ordinal)
                || symbol.StartsWith("llama_", StringComparison.Ordinal))];
        Assert.True(taken.Length > 0 || name.Contains("ggml-base", StringComparison.Ordinal), $"{rid}: {name} takes nothing from ggml?");
        Assert.True(taken.All(given.Contains),
            $"{rid}: {name} takes {string.Join(", ", taken.Where(symbol => !given.Contains(symbol)))}, which none of its libraries gives");
    }

    /// <summary>The oldest systems that the CPU package's README lists.</summary>
    private static void CheckSystem(string name, NativeImage image)
    {
        if (image is ElfImage elf)
        {
            Assert.Contains("$ORIGIN", elf.RunPath.Split(':'));
            Assert.True(Newest(elf, "GLIBC_") <= new Version(2, 34), $"{name} needs glibc {Newest(elf, "GLIBC_")}");
            Assert.True(Newest(elf, "GLIBCXX_") <= new Version(3, 4, 30), $"{name} needs libstdc++ {Newest(elf, "GLIBCXX_")}"); // GCC 12
        }
        else if (image is MachOImage macho)
        {
            Assert.Contains("@loader_path", macho.RunPaths);
            Assert.True(macho.MinimumSystem <= new Version(14, 0), $"{name} needs macOS {macho.MinimumSystem}");
        }
    }

    private static Version Newest(ElfImage image, string prefix) => image.SymbolVersions
        .Where(version => version.StartsWith(prefix, StringComparison.Ordinal)).Select(version => Version.Parse(version[prefix.Length..]))
        .Max() ?? new Version();
}
