using System.Runtime.InteropServices;

namespace LlamaNative.Consumers.Tests;

/// <summary>Wine (Debian's wine64), which runs applications for Windows on Linux, with their libraries and their file system.</summary>
internal static class Wine
{
    private const string Loader = "/usr/lib/wine/wine64";

    public static string? Reason => RuntimeInformation.RuntimeIdentifier != "linux-x64" ? "needs linux-x64"
        : File.Exists(Loader) ? null
        : "needs Wine (Debian's wine64)";

    /// <summary>An application to start, given its arguments as they are: see <see cref="PathOf"/>.</summary>
    public static Command Command(Workshop workshop, PublishedApplication app, params string[] arguments) =>
        new(Loader, [Path.Combine(app.Folder, app.Name + ".exe"), .. arguments])
        {
            WorkingDirectory = app.Folder,
            Environment = new Dictionary<string, string?>
            {
                ["PATH"] = "/usr/bin:/bin", // Wine's own helpers
                ["LANG"] = "C.UTF-8", // in which it reads arguments and file names
                ["WINEPREFIX"] = Path.Combine(workshop.Folder, "wine"),
                ["WINEDEBUG"] = "-all",
                ["DOTNET_ROOT"] = null,
            },
        };

    /// <summary>A path as Windows applications see it.</summary>
    public static string PathOf(string path) => "Z:" + path.Replace('/', '\\');
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
