using System.Globalization;
using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>The memory of this machine, or of the container the process runs in, in bytes.</summary>
internal static class HostMemory
{
    private const string LimitFile = "/sys/fs/cgroup/memory.max";
    private const string UsageFile = "/sys/fs/cgroup/memory.current";
    private const string StatisticsFile = "/sys/fs/cgroup/memory.stat";

    /// <summary>Total memory in bytes. The runtime takes a container's limit into account.</summary>
    public static long Total => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Memory available without swapping, in bytes: free pages and reclaimable file cache.</summary>
    public static long Available
    {
        get
        {
            long available = OperatingSystem.IsWindows() ? WindowsMemory.Available()
                : OperatingSystem.IsLinux() ? LinuxAvailable()
                : Total - Math.Min(Total, GC.GetGCMemoryInfo().MemoryLoadBytes);
            return Math.Min(available, Total);
        }
    }

    private static long LinuxAvailable()
    {
        long available = Kilobytes("/proc/meminfo", "MemAvailable:") ?? Total;
        if (Number(LimitFile) is { } limit && Number(UsageFile) is { } used)
        {
            // The cgroup counts the file cache as used, but the kernel reclaims it on demand.
            long cached = Field(StatisticsFile, "inactive_file ") ?? 0;
            available = Math.Min(available, limit - Math.Min(limit, used - Math.Min(used, cached)));
        }

        return available;
    }

    private static long? Kilobytes(string path, string name) => Field(path, name) is { } value ? value * 1024 : null;

    private static long? Field(string path, string name)
    {
        string? line = Lines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? null : Parse(line[name.Length..].Trim().Split(' ')[0]);
    }

    private static long? Number(string path) => Parse(Lines(path).FirstOrDefault(""));

    private static long? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // the file is missing or not readable
        }
    }
}
