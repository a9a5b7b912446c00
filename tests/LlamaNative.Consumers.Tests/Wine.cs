namespace LlamaNative.Consumers.Tests;

/// <summary>Starts published applications for Windows in Wine.</summary>
internal static class Wine
{
    /// <summary>An application to start with unchanged arguments; see <see cref="PathOf"/>.</summary>
    public static Command Command(PublishedApplication app, params string[] arguments) =>
        new(WineLoader.Path, [Path.Combine(app.Folder, app.Name + ".exe"), .. arguments])
        {
            WorkingDirectory = app.Folder,
            Environment = WineLoader.Environment,
        };

    /// <summary>A path as Windows applications see it.</summary>
    public static string PathOf(string path) => "Z:" + path.Replace('/', '\\');
}
