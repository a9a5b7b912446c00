using System.Diagnostics;

namespace LlamaNative.TestSupport;

/// <summary>Wine, which runs applications for Windows with their libraries and their file system.</summary>
public static class WineLoader
{
    public const string Path = "/usr/lib/wine/wine64";

    private static readonly Lazy<bool> s_starts = new(() => OperatingSystem.IsLinux() && File.Exists(Path) && TryStart());

    /// <summary>Whether it is installed and starts; in some environments it cannot reserve its address space.</summary>
    public static bool Starts => s_starts.Value;

    public static IReadOnlyDictionary<string, string?> Environment { get; } = new Dictionary<string, string?>
    {
        ["PATH"] = "/usr/bin:/bin", // Wine's own helpers
        ["LANG"] = "C.UTF-8", // the encoding of arguments and file names
        // Its Windows folder, created at the first start and reused.
        ["WINEPREFIX"] = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "llamanative-wine-" + System.Environment.UserName),
        ["WINEDEBUG"] = "-all",
        ["DOTNET_ROOT"] = null,
    };

    private static bool TryStart()
    {
        var start = new ProcessStartInfo(Path, ["cmd", "/c", "exit"]);
        foreach ((string name, string? value) in Environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        return process.WaitForExit(TimeSpan.FromMinutes(5)) && process.ExitCode == 0;
    }
}
