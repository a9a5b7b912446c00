using System.Diagnostics;

namespace LlamaNative.TestSupport;

/// <summary>Optional programs.</summary>
public static class Programs
{
    private static readonly string[] s_browsers = OperatingSystem.IsMacOS()
        ?
        [
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        ]
        : ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge"];

    private static readonly string[] s_windowsBrowsers = [@"Microsoft\Edge\Application", @"Google\Chrome\Application"];

    /// <summary>A browser of the Chromium family.</summary>
    public static string? Browser { get; } = s_browsers.Select(Find).FirstOrDefault(path => path is not null);

    /// <summary>The full path of a program on PATH.</summary>
    public static string? Find(string program)
    {
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries);
        if (OperatingSystem.IsWindows())
        {
            folders = folders.Concat(
                from root in (Environment.SpecialFolder[])[Environment.SpecialFolder.ProgramFiles,
                    Environment.SpecialFolder.ProgramFilesX86]
                from browser in s_windowsBrowsers
                select Path.Combine(Environment.GetFolderPath(root), browser));
        }

        return folders.SelectMany(folder => (string[])[Path.Combine(folder, program), Path.Combine(folder, program + ".exe")])
            .FirstOrDefault(File.Exists);
    }
}

/// <summary>The first GPU that ggml sees.</summary>
public static class Gpu
{
    public static string? Name { get; } = LlamaRuntime.GetDevices().FirstOrDefault(device => device.IsGpu)?.Name;
}

/// <summary>A Vulkan device without a GPU: Mesa's software driver with ggml's Vulkan backend.</summary>
public static class SoftwareVulkan
{
    private const string Drivers = "/usr/share/vulkan/icd.d";

    /// <summary>The folder with the backend; RestoreLibraries with LlamaNativeGpu=vulkan fills it.</summary>
    public static string Libraries { get; } = Repository.PathOf("native", ".cache", "vulkan", "linux-x64");

    public static bool HasLibraries => File.Exists(Path.Combine(Libraries, "libggml-vulkan.so"));

    /// <summary>The driver's description file.</summary>
    public static string? Driver { get; } = Directory.Exists(Drivers)
        ? Directory.EnumerateFiles(Drivers, "lvp_icd*.json").FirstOrDefault()
        : null;
}

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

/// <summary>
/// QEMU with a C compiler for arm64, which together show that the libraries for linux-arm64 work.
/// A C program calls them, because no .NET for that platform is needed this way.
/// </summary>
public static class Arm64Tools
{
    public const string Emulator = "/usr/bin/qemu-aarch64-static";
    public const string Compiler = "/usr/bin/aarch64-linux-gnu-gcc";

    /// <summary>The system libraries of the emulated machine.</summary>
    public const string Root = "/usr/aarch64-linux-gnu";

    public static bool Exist => File.Exists(Emulator) && File.Exists(Compiler) && File.Exists(Path.Combine(Root, "lib", "libstdc++.so.6"));
}
