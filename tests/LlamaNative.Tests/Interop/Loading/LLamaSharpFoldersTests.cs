using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>The folders of LLamaSharp's packages. A level above the processor's ends the process with an illegal instruction.</summary>
public sealed class LLamaSharpFoldersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The flags of ggml/src/ggml-cpu/CMakeLists.txt for each level, as the kernel reports them.
    [RequiresFact(Need.LinuxX64)]
    public void Levels_are_those_that_the_kernel_reports()
    {
        string[] flags = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        string[] avx2 = ["avx2", "fma", "bmi2", "f16c"];
        string[] avx512 = [.. avx2, "avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"];
        string[] expected =
        [
            .. avx512.All(flags.Contains) ? ["avx512"] : (string[])[],
            .. avx2.All(flags.Contains) ? ["avx2"] : (string[])[],
            .. flags.Contains("avx") ? ["avx"] : (string[])[],
            "noavx",
        ];
        Assert.Equal(expected, LLamaSharpFolders.Levels);
    }

    [RequiresFact(Need.X64)]
    public void A_level_without_libraries_is_passed_over_for_the_next_one()
    {
        AddLibraries("noavx", "llama");
        Assert.Equal(_folder["noavx"], Find());
        AddLibraries("avx512-of-another-kind", "llama");
        Assert.Equal(_folder["noavx"], Find());
        AddLibraries(LLamaSharpFolders.Levels[0], "llama");
        Assert.Equal(_folder[LLamaSharpFolders.Levels[0]], Find());
    }

    // The packages for GPUs are not tested with real files: this is their layout. They lack the CPU's part (libggml-cpu).
    [RequiresFact(Need.X64)]
    public void A_folder_for_a_GPU_takes_the_CPU_backend_of_the_best_level()
    {
        AddLibraries("cuda12", "llama", "ggml", "ggml-base", "ggml-cuda");
        AddLibraries("noavx", "llama", "ggml", "ggml-base", "ggml-cpu");
        var locator = new LibraryLocator();
        Assert.Equal(FileOf("noavx", "ggml-cpu"), LLamaSharpFolders.FindCpuBackend(locator, _folder["cuda12"]));
        Assert.Null(LLamaSharpFolders.FindCpuBackend(locator, _folder["noavx"]));
        AddLibraries("cuda12", "ggml-cpu");
        Assert.Null(LLamaSharpFolders.FindCpuBackend(locator, _folder["cuda12"]));
    }

    [RequiresFact(Need.X64)]
    public void A_folder_for_a_GPU_comes_first_only_if_the_driver_is_installed()
    {
        AddLibraries("cuda12", "llama");
        AddLibraries("noavx", "llama");
        string driver = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        bool installed = System.Runtime.InteropServices.NativeLibrary.TryLoad(driver, out _);
        Assert.Equal(_folder[installed ? "cuda12" : "noavx"], Find());
    }

    // An application may reference both while it moves from one to the other.
    [RequiresFact(Need.X64)]
    public void The_libraries_of_this_projects_packages_are_preferred_wherever_they_are()
    {
        string native = Path.Combine("runtimes", LibraryLocator.RuntimeIdentifier, "native");
        string[] places = [_folder["a"], _folder["b"]];
        AddLibraries(Path.Combine("a", native, "noavx"), "llama");
        Assert.Equal(_folder[Path.Combine("a", native, "noavx")], First(places));
        AddLibraries(Path.Combine("b", native), "llama");
        Assert.Equal(_folder[Path.Combine("b", native)], First(places));
        AddLibraries("b", "llama");
        Assert.Equal(_folder["b"], First(places));
    }

    private static string First(string[] places)
    {
        var locator = new LibraryLocator();
        return LibraryLocator.Directories(places).First(directory => locator.FindFile(directory, "llama") is not null);
    }

    private string Find()
    {
        var locator = new LibraryLocator();
        return LLamaSharpFolders.In(_folder.Root).First(directory => locator.FindFile(directory, "llama") is not null);
    }

    private void AddLibraries(string folder, params string[] libraries)
    {
        Directory.CreateDirectory(_folder[folder]);
        foreach (string library in libraries)
        {
            File.WriteAllText(FileOf(folder, library), "");
        }
    }

    private string FileOf(string folder, string library) => _folder[Path.Combine(folder,
        OperatingSystem.IsWindows() ? library + ".dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so")];
}
