using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>sysinfoapi.h: the physical memory of a Windows machine.</summary>
internal static unsafe partial class WindowsMemory
{
    /// <summary>The available physical memory in bytes; 0 if the call fails.</summary>
    public static long Available()
    {
        var status = new Status { Length = (uint)sizeof(Status) };
        return GlobalMemoryStatusEx(&status) != 0 ? (long)status.AvailablePhysical : 0;
    }

    [LibraryImport("kernel32")]
    private static partial int GlobalMemoryStatusEx(Status* status);

    /// <summary><c>MEMORYSTATUSEX</c>.</summary>
    private struct Status
    {
        public uint Length;
        public uint MemoryLoad;
        public ulong TotalPhysical;
        public ulong AvailablePhysical;
        public ulong TotalPageFile;
        public ulong AvailablePageFile;
        public ulong TotalVirtual;
        public ulong AvailableVirtual;
        public ulong AvailableExtendedVirtual;
    }
}
