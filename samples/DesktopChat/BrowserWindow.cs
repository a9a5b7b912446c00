using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DesktopChat;

/// <summary>
/// The window: a Chromium-based browser in application mode, without tabs and address bar, with a separate profile so that
/// extensions have no access. If there is no such browser, a tab of the default browser.
/// </summary>
internal sealed partial class BrowserWindow(string dataFolder, ILogger<BrowserWindow> logger)
{
    // A browser that cannot start (no display, no sandbox) exits quickly.
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(3);

    private static readonly string[] s_linuxNames =
        ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge",
            "microsoft-edge-stable", "brave-browser"];

    private static readonly string[] s_macPaths =
    [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];

    private static readonly string[] s_windowsPaths =
        [@"Microsoft\Edge\Application\msedge.exe", @"Google\Chrome\Application\chrome.exe", @"Chromium\Application\chrome.exe"];

    private static readonly string[] s_windowsFolders = ["ProgramFiles", "ProgramFiles(x86)", "LocalAppData"];

    /// <summary>Raised when the user has closed the window; never for a tab of the default browser.</summary>
    public event Action? Closed;

    /// <summary>Opens the window; a failure is only logged, because the address is printed anyway.</summary>
    public void Open(string address) => _ = OpenAsync(address);

    /// <summary>The first browser found that supports application mode.</summary>
    public static string? FindBrowser() => Candidates().FirstOrDefault(File.Exists);

    private async Task OpenAsync(string address)
    {
        try
        {
            if (FindBrowser() is not { } browser || !await ShowAsync(browser, address).ConfigureAwait(false))
            {
                OpenDefaultBrowser(address);
            }
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or IOException)
        {
            LogNoBrowser(error.Message);
        }
    }

    /// <summary>Shows the window and waits until it is closed; false if the browser did not start.</summary>
    private async Task<bool> ShowAsync(string browser, string address)
    {
        string[] arguments =
        [
            "--app=" + address, "--user-data-dir=" + Path.Combine(dataFolder, "window"),
            "--no-first-run", "--no-default-browser-check", "--window-size=1180,800",
        ];
        long start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(browser, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        });
        if (process is null)
        {
            return false;
        }

        // Browsers write to their standard streams; a full pipe would block them.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync().ConfigureAwait(false);
        bool atOnce = Stopwatch.GetElapsedTime(start) < s_startLimit;
        if (!atOnce)
        {
            Closed?.Invoke();
        }

        // A quick exit without an error means that a running browser opened the window.
        return !atOnce || process.ExitCode == 0;
    }

    private static void OpenDefaultBrowser(string address)
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
        {
            Process.Start(new ProcessStartInfo(address) { UseShellExecute = true })?.Dispose();
        }
        else
        {
            Process.Start("xdg-open", [address]).Dispose();
        }
    }

    private static IEnumerable<string> Candidates() =>
        OperatingSystem.IsWindows() ? Below(s_windowsFolders.Select(Environment.GetEnvironmentVariable), s_windowsPaths)
        : OperatingSystem.IsMacOS() ? s_macPaths
        : Below((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), s_linuxNames);

    private static IEnumerable<string> Below(IEnumerable<string?> folders, string[] names) =>
        from name in names
        from folder in folders
        where !string.IsNullOrEmpty(folder)
        select Path.Combine(folder, name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No browser could be opened ({Reason}); open the printed address yourself")]
    private partial void LogNoBrowser(string reason);
}
