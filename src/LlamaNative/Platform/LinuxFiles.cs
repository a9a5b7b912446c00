using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Platform;

/// <summary>
/// Looks for files and opens them through Linux's C library: .NET's own first opening of a program loads and compiles what
/// takes 4 ms, on the way to the first token. On other systems, and where anything is unusual, .NET is asked.
/// </summary>
internal static unsafe class LinuxFiles
{
    private const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC, on x64 and Arm64
    private const int SharedWithoutWaiting = 5; // LOCK_SH | LOCK_NB: the lock that .NET takes for FileShare.Read

    private static readonly delegate* unmanaged<byte*, int, int> Access = (delegate* unmanaged<byte*, int, int>)LibC.Find("access");
    private static readonly delegate* unmanaged<byte*, int, int> Open = (delegate* unmanaged<byte*, int, int>)LibC.Find("open");
    private static readonly delegate* unmanaged<nint, byte*, nuint, nint> Read = (delegate* unmanaged<nint, byte*, nuint, nint>)LibC.Find("read");
    private static readonly delegate* unmanaged<nint, int, int> Lock = (delegate* unmanaged<nint, int, int>)LibC.Find("flock");

    /// <summary>Whether there is a file (under Linux also a folder) of this name.</summary>
    public static bool Exists(string path)
    {
        if (Access is null)
        {
            return File.Exists(path);
        }

        fixed (byte* name = Utf8.ZeroTerminated(path))
        {
            return Access(name, 0) == 0;
        }
    }

    /// <summary>Opens a file for reading as <see cref="File.OpenHandle"/> does; null where only that can, or can tell why not.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        if (Open is null || Read is null || Lock is null)
        {
            return null;
        }

        int descriptor;
        byte[] name = Utf8.ZeroTerminated(path);
        fixed (byte* first = name)
        {
            // A name with a zero in it names another file.
            descriptor = Utf8.LengthToZero(name) == name.Length - 1 ? Open(first, ReadOnlyCloseOnExec) : -1;
        }

        if (descriptor < 0)
        {
            return null;
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        byte nothing;
        bool readable = Read(descriptor, &nothing, 0) == 0; // a folder is not
        if (readable && Lock(descriptor, SharedWithoutWaiting) == 0)
        {
            return file;
        }

        file.Dispose();
        return null;
    }
}
