namespace LlamaNative;

/// <summary>Checks of paths.</summary>
internal static class FilePaths
{
    /// <summary>
    /// Requires the folder of a file that is to be written. Files are first written under another name, which the system's error would
    /// show instead.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static void RequireFolder(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"'{path}' cannot be written: the folder '{folder}' does not exist.");
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
