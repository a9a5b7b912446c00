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

    private static readonly Environment.SpecialFolder[] s_windowsRoots =
        [Environment.SpecialFolder.ProgramFiles, Environment.SpecialFolder.ProgramFilesX86];

    private static readonly string[] s_windowsBrowsers = [@"Microsoft\Edge\Application", @"Google\Chrome\Application"];

    /// <summary>A browser of the Chromium family.</summary>
    public static string? Browser { get; } = s_browsers.Select(Find).FirstOrDefault(path => path is not null);

    /// <summary>The full path of a program on PATH.</summary>
    public static string? Find(string program)
    {
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        IEnumerable<string> folders = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (OperatingSystem.IsWindows())
        {
            folders = folders.Concat(
                from root in s_windowsRoots
                from browser in s_windowsBrowsers
                select Path.Combine(Environment.GetFolderPath(root), browser));
        }

        return folders
            .SelectMany(folder => (string[])[Path.Combine(folder, program), Path.Combine(folder, program + ".exe")])
            .FirstOrDefault(File.Exists);
    }
}
