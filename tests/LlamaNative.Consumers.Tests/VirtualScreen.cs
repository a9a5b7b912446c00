using System.Diagnostics;

namespace LlamaNative.Consumers.Tests;

/// <summary>An X server without a screen. Wine reaches Vulkan only through one.</summary>
internal sealed class VirtualScreen : IDisposable
{
    private readonly Process _server;

    private VirtualScreen(Process server, string display)
    {
        _server = server;
        Display = display;
    }

    /// <summary>The value of <c>DISPLAY</c>.</summary>
    public string Display { get; }

    public static async Task<VirtualScreen> StartAsync()
    {
        // Xvfb chooses a free number and prints it when it is ready.
        Process server = new Command(Programs.Find("Xvfb")!, "-displayfd", "1", "-nolisten", "tcp").Start();
        string? number = await server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return new VirtualScreen(server, ":" + number);
    }

    public void Dispose()
    {
        _server.Kill();
        _server.Dispose();
    }
}
