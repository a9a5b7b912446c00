namespace LlamaNative.Consumers.Tests;

/// <summary>Wine (Debian's wine64), which runs applications for Windows on Linux, with their libraries and their file system.</summary>
internal static class Wine
{
    private const string Loader = "/usr/lib/wine/wine64";

    // Its Windows folder, made at the first start and kept for the next.
    private static readonly string s_prefix = Path.Combine(Path.GetTempPath(), "llamanative-wine-" + Environment.UserName);

    private static readonly Lazy<string?> s_reason = new(FindReason);

    public static string? Reason => s_reason.Value;

    /// <summary>An application to start, given its arguments as they are: see <see cref="PathOf"/>.</summary>
    public static Command Command(PublishedApplication app, params string[] arguments) =>
        Start([Path.Combine(app.Folder, app.Name + ".exe"), .. arguments]) with { WorkingDirectory = app.Folder };

    /// <summary>A path as Windows applications see it.</summary>
    public static string PathOf(string path) => "Z:" + path.Replace('/', '\\');

    private static Command Start(params string[] arguments) => new(Loader, arguments)
    {
        Environment = new Dictionary<string, string?>
        {
            ["PATH"] = "/usr/bin:/bin", // Wine's own helpers
            ["LANG"] = "C.UTF-8", // in which it reads arguments and file names
            ["WINEPREFIX"] = s_prefix,
            ["WINEDEBUG"] = "-all",
            ["DOTNET_ROOT"] = null,
        },
    };

    private static string? FindReason()
    {
        if (Platform.Reason is { } platform)
        {
            return platform;
        }

        if (!File.Exists(Loader))
        {
            return "needs Wine (Debian's wine64)";
        }

        try
        {
            CommandResult nothing = Start("cmd", "/c", "exit").RunAsync().GetAwaiter().GetResult();
            return nothing.ExitCode == 0 ? null : "needs a Wine that starts: " + nothing.Error;
        }
        catch (Exception error)
        {
            return "needs a Wine that starts: " + error.Message;
        }
    }
}

/// <summary>A fact about an application for Windows, skipped where there is no Wine.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WineFactAttribute : FactAttribute
{
    public override string? Skip => Wine.Reason;
}

/// <summary>Likewise a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WineTheoryAttribute : TheoryAttribute
{
    public override string? Skip => Wine.Reason;
}
