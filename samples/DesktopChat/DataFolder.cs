namespace DesktopChat;

/// <summary>
/// The folder with the user's conversations and settings, locked for this process: a second process would overwrite the
/// changes of the first.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(FileStream @lock) => _lock = @lock;

    /// <summary>The system's folder for application data; next to the program if there is none.</summary>
    public static string DefaultPath { get; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } folder
            ? folder
            : AppContext.BaseDirectory,
        "LlamaNative",
        "DesktopChat");

    /// <exception cref="IOException">The folder cannot be created, or another process uses it.</exception>
    public static DataFolder Open(string path)
    {
        CreatePrivate(path);
        try
        {
            // DeleteOnClose alone is not enough: a killed process leaves the file behind, which must not lock out the next process.
            return new DataFolder(new FileStream(Path.Combine(path, "running.lock"), FileMode.OpenOrCreate,
                FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error)
        {
            throw new IOException(
                $"DesktopChat is already running with the data in '{path}'. Use its window, or choose another folder with --data.",
                error);
        }
    }

    /// <summary>Creates a folder that only its owner can read, if the system supports it.</summary>
    public static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => _lock.Dispose();
}
