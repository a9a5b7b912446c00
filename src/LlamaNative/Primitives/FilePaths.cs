namespace LlamaNative;

/// <summary>Paths compared as the system's usual file systems do.</summary>
internal static class FilePaths
{
    /// <summary>Whether two paths, relative ones among them, name the same file or folder; links are not followed.</summary>
    public static bool AreSame(string a, string b) => string.Equals(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(a)),
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(b)),
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
