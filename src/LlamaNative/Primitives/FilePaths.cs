namespace LlamaNative;

/// <summary>Compares paths case-insensitively on Windows and macOS and case-sensitively elsewhere.</summary>
internal static class FilePaths
{
    /// <summary>Whether two absolute or relative paths name the same file or folder. Symbolic links are not resolved.</summary>
    public static bool AreSame(string a, string b) => string.Equals(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(a)),
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(b)),
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
