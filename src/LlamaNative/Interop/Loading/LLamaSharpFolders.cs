using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace LlamaNative.Interop;

/// <summary>
/// The layout of LLamaSharp's native packages. Below <c>runtimes/&lt;rid&gt;/native</c> a folder for each level of x64 processors
/// (LLamaSharp.Backend.Cpu), and folders for GPUs (LLamaSharp.Backend.Cuda12 and .Vulkan), which take the CPU's part from the former.
/// </summary>
internal static class LLamaSharpFolders
{
    public const string CpuBackend = "ggml-cpu";

    private static readonly (string Folder, string Driver)[] s_gpus = OperatingSystem.IsWindows()
        ? [("cuda12", "nvcuda.dll"), ("vulkan", "vulkan-1.dll")]
        : [("cuda12", "libcuda.so.1"), ("vulkan", "libvulkan.so.1")];

    /// <summary>
    /// The folders to search in a <c>native</c> folder, best first: GPUs whose driver is installed, then processor levels.
    /// </summary>
    public static IEnumerable<string> In(string native) =>
        s_gpus.Where(gpu => Directory.Exists(Path.Combine(native, gpu.Folder)) && NativeLibrary.TryLoad(gpu.Driver, out _))
            .Select(gpu => gpu.Folder)
            .Concat(Levels)
            .Select(folder => Path.Combine(native, folder));

    /// <summary>The levels that the processor supports, best first.</summary>
    /// <remarks>
    /// ggml's options GGML_AVX512 and GGML_AVX2 also use FMA, BMI2 and F16C. .NET does not report F16C; every processor with AVX2 has it.
    /// </remarks>
    public static IReadOnlyList<string> Levels
    {
        get
        {
            if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            {
                return [];
            }

            bool avx2 = Avx2.IsSupported && Fma.IsSupported && Bmi2.IsSupported;
            bool avx512 = avx2 && Avx512F.VL.IsSupported && Avx512CD.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported;
            return avx512 ? ["avx512", "avx2", "avx", "noavx"]
                : avx2 ? ["avx2", "avx", "noavx"]
                : Avx.IsSupported ? ["avx", "noavx"]
                : ["noavx"];
        }
    }

    /// <summary>
    /// The CPU backend for a GPU folder that lacks it: the one in the sibling folder of the best level. Null if no sibling has one, or if
    /// the folder does not need it.
    /// </summary>
    public static string? FindCpuBackend(LibraryLocator locator, string directory) =>
        Path.GetDirectoryName(directory) is { } native && s_gpus.Any(gpu => gpu.Folder == Path.GetFileName(directory))
        && locator.FindFile(directory, CpuBackend) is null
            ? Levels.Select(level => locator.FindFile(Path.Combine(native, level), CpuBackend)).FirstOrDefault(file => file is not null)
            : null;
}
