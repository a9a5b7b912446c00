using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Compares the backend files in the library's folder with the backends that ggml registered. ggml silently skips a backend that it cannot
/// load, so that a missing CUDA runtime would look like a machine without a GPU.
/// </summary>
internal static class BackendInventory
{
    /// <summary>Returns every backend file in the folder that ggml did not register, with the loader's error.</summary>
    public static IReadOnlyList<BackendFailure> FindFailures(string directory)
    {
        string prefix = NativeLibraries.BackendPrefix;
        string suffix = NativeLibraries.BackendSuffix;
        var failures = new List<BackendFailure>();
        foreach (string file in Directory.EnumerateFiles(directory, prefix + "*" + suffix))
        {
            string name = Path.GetFileName(file)[prefix.Length..^suffix.Length];
            if (name != "base" && name != "cpu" && !name.StartsWith("cpu-", StringComparison.Ordinal)
                && GgmlDevices.ggml_backend_reg_by_name(RegisteredName(name)) == 0)
            {
                failures.Add(new BackendFailure(name, Reason(file)));
            }
        }

        failures.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return failures;
    }

    // ggml compares names case-insensitively. Metal is the only backend whose name differs from its file name.
    private static string RegisteredName(string name) => name == "metal" ? "MTL" : name;

    private static string Reason(string file)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(file));
            return "the library loads, but finds no supported driver or device";
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            // The loader's message is last, after the runtime's advice.
            return error.Message.TrimEnd().Split('\n')[^1].Trim();
        }
    }
}
