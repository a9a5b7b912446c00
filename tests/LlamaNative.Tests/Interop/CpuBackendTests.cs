using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>Which build of ggml's CPU backend is loaded. If these fail, a model runs slower than this processor allows, or not at all.</summary>
public sealed class CpuBackendTests
{
    private static readonly string Extension = OperatingSystem.IsWindows() ? ".dll" : ".so";

    /// <summary>The oracle is each build's own answer, by which ggml chooses.</summary>
    [RequiresFact(Need.X64)]
    public unsafe void The_build_found_by_name_is_the_one_with_the_highest_score()
    {
        string? best = null;
        int highest = 0;
        int builds = 0;
        foreach (string file in Directory.EnumerateFiles(LlamaRuntime.Load().Directory, "*ggml-cpu-*" + Extension))
        {
            var scoreOf = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(NativeLibrary.Load(file), "ggml_backend_score");
            int score = scoreOf();
            (best, highest) = score > highest ? (file, score) : (best, highest);
            builds++;
        }

        Assert.True(builds > 1, $"{builds} builds: nothing was chosen from");
        Assert.Equal(best, CpuBackend.Find(LlamaRuntime.Load().Directory));
    }

    [RequiresFact(Need.X64)]
    public void Beside_another_backend_and_with_builds_unknown_ggml_chooses_itself()
    {
        string folder = Directory.CreateTempSubdirectory("llamanative-").FullName;
        try
        {
            string prefix = Path.Combine(folder, OperatingSystem.IsWindows() ? "ggml-" : "libggml-");
            Assert.Null(CpuBackend.Find(folder));
            File.WriteAllText(prefix + "cpu-z80" + Extension, "");
            Assert.Null(CpuBackend.Find(folder));
            File.WriteAllText(prefix + "cpu-x64" + Extension, "");
            Assert.Equal(prefix + "cpu-x64" + Extension, CpuBackend.Find(folder));
            File.WriteAllText(prefix + "vulkan" + Extension, "");
            Assert.Null(CpuBackend.Find(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
