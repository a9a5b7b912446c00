namespace DesktopChat.Tests.Window;

/// <summary>A fact that needs a browser, and is skipped with the reason where none is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = BrowserWindow.FindBrowser() is null
        ? "needs Chromium, Chrome or Edge, and none is installed (on Debian: apt-get install chromium)"
        : null;
}
