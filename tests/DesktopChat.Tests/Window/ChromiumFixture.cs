using DesktopChat.Tests.Service;
using Microsoft.Playwright;

namespace DesktopChat.Tests.Window;

/// <summary>The installed browser in headless mode, shared by all window tests.</summary>
public sealed class ChromiumFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Programs.Browser is { } path)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = path,
                Args = ["--no-sandbox", "--disable-dev-shm-usage"],
            });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Opens the program's page; script errors and content security policy violations are added to the list.</summary>
    internal async Task<(IPage Page, List<string> Errors)> OpenAsync(DesktopService service, int width = 1180,
        ColorScheme scheme = ColorScheme.Light)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 800 },
            ColorScheme = scheme,
        });
        context.SetDefaultTimeout(60_000); // long, because test machines are busy
        IPage page = await context.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("the server responded with a status of 4", StringComparison.Ordinal))
            {
                errors.Add(message.Text);
            }
        };
        await page.GotoAsync(service.Address);
        await Assertions.Expect(page.Locator("#status-memory")).ToContainTextAsync("used"); // the state has arrived
        return (page, errors);
    }

    /// <summary>Saves a screenshot if an environment variable names a folder for it (never in the repository).</summary>
    internal static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("DESKTOPCHAT_PICTURES") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
        }
    }
}
