using System.Runtime.InteropServices;
using LlamaNative.Platform;

namespace LlamaNative.Interop;

/// <summary>
/// Finds the build of ggml's CPU backend that suits this processor by its name. ggml finds the same one by loading all of
/// them and asking each, which takes longer than all else about loading the library.
/// </summary>
internal static class CpuBackend
{
    /// <summary>What ggml looks for besides (ggml_backend_load_all_from_path in ggml-backend-reg.cpp), and keeps loading itself.</summary>
    private static readonly string[] OtherBackends =
        ["blas", "zendnn", "cann", "cuda", "hip", "metal", "rpc", "sycl", "vulkan", "virtgpu", "opencl", "hexagon", "musa", "openvino"];

    /// <summary>What a build needs, with the numbers that make up its score (ggml_backend_cpu_x86_score in ggml-cpu/arch/x86/cpu-feats.cpp).</summary>
    [Flags]
    private enum Features
    {
        Fma = 1 << 0,
        F16c = 1 << 1,
        Sse42 = 1 << 2,
        Bmi2 = 1 << 3,
        Avx = 1 << 4,
        Avx2 = 1 << 5,
        AvxVnni = 1 << 6,
        Avx512 = 1 << 7,
        Avx512Vbmi = 1 << 8,
        Avx512Bf16 = 1 << 9,
        Avx512Vnni = 1 << 10,
        AmxInt8 = 1 << 11,

        Haswell = Sse42 | Avx | F16c | Fma | Avx2 | Bmi2,
        Skylakex = Haswell | Avx512,
    }

    /// <summary>
    /// The file of the best build in a folder; null where only ggml itself can tell: on other processors, and beside GPUs'
    /// and other backends.
    /// </summary>
    public static string? Find(string directory)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || Environment.GetEnvironmentVariable("GGML_BACKEND_PATH") is not null)
        {
            return null;
        }

        string prefix = Path.Combine(directory, NativeLibraries.BackendPrefix);
        string suffix = NativeLibraries.BackendSuffix;
        foreach (string other in OtherBackends)
        {
            if (LinuxFiles.Exists(prefix + other + suffix))
            {
                return null;
            }
        }

        return FindBest(prefix + "cpu-", suffix, Detect());
    }

    // In the order of their scores; the builds and what they need are those of ggml/src/CMakeLists.txt.
    private static string? FindBest(string prefix, string suffix, Features there)
    {
        return Usable("sapphirerapids", Features.Skylakex | Features.Avx512Vbmi | Features.Avx512Vnni | Features.Avx512Bf16 | Features.AmxInt8)
            ?? Usable("zen4", Features.Skylakex | Features.Avx512Vbmi | Features.Avx512Vnni | Features.Avx512Bf16)
            ?? Usable("cooperlake", Features.Skylakex | Features.Avx512Vnni | Features.Avx512Bf16)
            ?? Usable("icelake", Features.Skylakex | Features.Avx512Vbmi | Features.Avx512Vnni)
            ?? Usable("cascadelake", Features.Skylakex | Features.Avx512Vnni)
            ?? Usable("cannonlake", Features.Skylakex | Features.Avx512Vbmi)
            ?? Usable("skylakex", Features.Skylakex)
            ?? Usable("alderlake", Features.Haswell | Features.AvxVnni)
            ?? Usable("haswell", Features.Haswell)
            ?? Usable("piledriver", Features.Sse42 | Features.Avx | Features.F16c | Features.Fma)
            ?? Usable("ivybridge", Features.Sse42 | Features.Avx | Features.F16c)
            ?? Usable("sandybridge", Features.Sse42 | Features.Avx)
            ?? Usable("sse42", Features.Sse42)
            ?? Usable("x64", 0);

        string? Usable(string build, Features needed) =>
            (needed & ~there) == 0 && prefix + build + suffix is var file && LinuxFiles.Exists(file) ? file : null;
    }

    /// <summary>The bits of cpuid that ggml looks at.</summary>
    private static Features Detect()
    {
        Features features = 0;
        int ecx1 = Cpuid.Read(1).Ecx;
        Add(Features.Fma, ecx1, 12);
        Add(Features.Sse42, ecx1, 20);
        Add(Features.Avx, ecx1, 28);
        Add(Features.F16c, ecx1, 29);
        if (Cpuid.Read(0).Eax < 7)
        {
            return features;
        }

        const int Avx512 = (1 << 16) | (1 << 17) | (1 << 28) | (1 << 30) | (1 << 31); // F, DQ, CD, BW, VL
        Cpuid.Registers leaf7 = Cpuid.Read(7);
        Add(Features.Avx2, leaf7.Ebx, 5);
        Add(Features.Bmi2, leaf7.Ebx, 8);
        Add(Features.Avx512, (leaf7.Ebx & Avx512) == Avx512 ? 1 : 0, 0);
        Add(Features.Avx512Vbmi, leaf7.Ecx, 1);
        Add(Features.Avx512Vnni, leaf7.Ecx, 11);
        Add(Features.AmxInt8, leaf7.Edx, 25);
        if (leaf7.Eax >= 1)
        {
            int eax71 = Cpuid.Read(7, 1).Eax;
            Add(Features.AvxVnni, eax71, 4);
            Add(Features.Avx512Bf16, eax71, 5);
        }

        return features;

        void Add(Features feature, int register, int bit) => features |= (register >> bit & 1) != 0 ? feature : 0;
    }
}
