using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Compares the backends that lie in the library's folder with those that ggml has registered. ggml drops a backend that
/// it cannot load without a word, and so a missing CUDA runtime would look like a machine without a GPU.
/// </summary>
internal static class BackendInventory
{
    /// <summary>Every backend file of the folder that is not registered, with what the system says of it.</summary>
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

    // ggml compares names without regard to case; Metal is the one that calls itself differently than its file.
    private static string RegisteredName(string name) => name == "metal" ? "MTL" : name;

    private static string Reason(string file)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(file));
            return "it loads, but finds no driver or device that it can use";
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            // The system's own words come last, behind the runtime's advice.
            return error.Message.TrimEnd().Split('\n')[^1].Trim();
        }
    }
}
