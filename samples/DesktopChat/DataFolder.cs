namespace DesktopChat;

/// <summary>
/// The folder with the user's conversations and settings, held for this process: a second one would write over what the
/// first has in memory.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(FileStream @lock) => _lock = @lock;

    /// <summary>Where the system keeps applications' data; beside the program where it has no such place.</summary>
    public static string DefaultPath { get; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } folder
            ? folder
            : AppContext.BaseDirectory,
        "LlamaNative",
        "DesktopChat");

    /// <exception cref="IOException">The folder cannot be made, or another process has it.</exception>
    public static DataFolder Open(string path)
    {
        CreatePrivate(path);
        try
        {
            // DeleteOnClose alone would not do: a process that was killed leaves the file, and it must not shut the next one out.
            return new DataFolder(new FileStream(Path.Combine(path, "running.lock"), FileMode.OpenOrCreate,
                FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error)
        {
            throw new IOException(
                $"DesktopChat already runs with the data in '{path}'. Use its window, or give this one a folder of its own with --data.",
                error);
        }
    }

    /// <summary>Makes a folder that only its owner can read, where the system knows such.</summary>
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
