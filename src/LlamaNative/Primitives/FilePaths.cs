namespace LlamaNative;

/// <summary>Checks of paths.</summary>
internal static class FilePaths
{
    /// <summary>
    /// Creates the temporary file whose content will replace a file. What would fail at the end is checked first, and an error names the
    /// file that the caller asked for instead of the temporary one.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The path is a folder, a device, a pipe or a socket, or the folder cannot be written to.</exception>
    public static FileStream CreateTemporary(string path, string temporary, FileMode mode)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"'{path}' cannot be written: the folder '{folder}' does not exist.");
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' cannot be written: it is a folder.");
        }

        RequireReplaceable(path);
        try
        {
            return new FileStream(temporary, mode, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"'{path}' cannot be written: access to the folder '{folder}' is denied.", error);
        }
        catch (IOException error)
        {
            throw NotWritten(path, temporary, error);
        }
    }

    /// <summary>
    /// Requires that a path is free or names a regular file. Moving a file to the path of a device removes the device: root would
    /// replace /dev/null for the whole system.
    /// </summary>
    /// <exception cref="IOException">The path names a device, a pipe or a socket.</exception>
    public static void RequireReplaceable(string path)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(path) && !IsRegular(path))
        {
            throw new IOException($"'{path}' cannot be written: it is a device, a pipe or a socket, not a file.");
        }
    }

    private static bool IsRegular(string path)
    {
        try
        {
            // .NET has no API for the kind of a file. Opening a pipe for reading and writing does not block.
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            if (!file.CanSeek)
            {
                return false;
            }

            if (file.Length == 0)
            {
                file.SetLength(0); // fails for a device
            }

            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true; // A file that is read-only can be replaced. Only root can replace a device.
        }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>An error of the temporary file, such as a full disk, as one of the file that the caller asked for.</summary>
    public static IOException NotWritten(string path, string temporary, IOException error)
    {
        // The system's errors end with the path, as in "No space left on device : '/tmp/a'".
        string reason = error.Message.Replace($" : '{temporary}'", "", StringComparison.Ordinal)
            .Replace(temporary, path, StringComparison.Ordinal);
        return new IOException($"'{path}' cannot be written: {reason}", error);
    }

    /// <summary>Requires a file to read; the system calls a folder a file without access.</summary>
    /// <exception cref="ArgumentException">The path is empty or contains a zero.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static void RequireFile(string path)
    {
        _ = Path.GetFullPath(path); // throws if the path is invalid; File.Exists would only return false
        if (Directory.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' is a folder, not a file.", path);
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The file '{path}' does not exist.", path);
        }
    }

    /// <summary>
    /// Whether two absolute or relative paths name the same file or folder: case-insensitively on Windows and macOS, case-sensitively
    /// elsewhere. Symbolic links are not resolved.
    /// </summary>
    public static bool AreSame(string a, string b) => string.Equals(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(a)),
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(b)),
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
