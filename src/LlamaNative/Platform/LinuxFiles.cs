namespace LlamaNative.Platform;

/// <summary>
/// Looks for files and maps them through Linux's C library; on other systems, and where anything is unusual, .NET is to be
/// asked, which also knows to tell what is wrong.
/// </summary>
internal static unsafe class LinuxFiles
{
    private const int ReadOnly = 0x80800; // O_RDONLY | O_CLOEXEC | O_NONBLOCK, on x64 and Arm64: a pipe's other end is not waited for
    private const int SharedWithoutWaiting = 5; // LOCK_SH | LOCK_NB: the lock that .NET takes for FileShare.Read
    private const int End = 2; // SEEK_END
    private const int Read = 1; // PROT_READ
    private const int Shared = 1; // MAP_SHARED
    private static readonly byte* Failed = (byte*)-1; // MAP_FAILED

    private static readonly delegate* unmanaged<byte*, int, int> Access = (delegate* unmanaged<byte*, int, int>)LibC.Find("access");
    private static readonly delegate* unmanaged<byte*, int, int> Open = (delegate* unmanaged<byte*, int, int>)LibC.Find("open");
    private static readonly delegate* unmanaged<int, int, int> Lock = (delegate* unmanaged<int, int, int>)LibC.Find("flock");
    private static readonly delegate* unmanaged<int, long, int, long> Seek = (delegate* unmanaged<int, long, int, long>)LibC.Find("lseek");
    private static readonly delegate* unmanaged<byte*, nuint, int, int, int, long, byte*> Map = (delegate* unmanaged<byte*, nuint, int, int, int, long, byte*>)LibC.Find("mmap");
    private static readonly delegate* unmanaged<byte*, nuint, int> Unmap = (delegate* unmanaged<byte*, nuint, int>)LibC.Find("munmap");
    private static readonly delegate* unmanaged<int, int> Close = (delegate* unmanaged<int, int>)LibC.Find("close");

    private static bool CanMap => Open is not null && Lock is not null && Seek is not null && Map is not null && Unmap is not null && Close is not null;

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

    /// <summary>Maps a file as <see cref="MappedFile.Open"/> says; null where only .NET can, or can tell why not.</summary>
    /// <exception cref="IOException">It is a pipe or a terminal, for whose other end .NET would wait without end.</exception>
    public static MappedFile? TryMap(string path)
    {
        if (!CanMap)
        {
            return null;
        }

        byte[] name = Utf8.ZeroTerminated(path);
        if (Utf8.LengthToZero(name) != name.Length - 1)
        {
            return null; // a name with a zero in it names another file
        }

        int file;
        fixed (byte* first = name)
        {
            file = Open(first, ReadOnly);
        }

        if (file < 0)
        {
            return null;
        }

        // A folder has a length too, and cannot be mapped.
        long length = Seek(file, 0, End);
        byte* start = length > 0 && Lock(file, SharedWithoutWaiting) == 0 ? Map(null, (nuint)length, Read, Shared, file, 0) : Failed;
        if (start != Failed)
        {
            return new Mapping(start, length, file);
        }

        _ = Close(file);
        return length >= 0 ? null : throw MappedFile.NoFile(path);
    }

    /// <summary>Keeps the file open, because that keeps its lock.</summary>
    private sealed class Mapping(byte* start, long length, int file) : MappedFile(start, length)
    {
        public override void Dispose()
        {
            _ = Unmap(Start, (nuint)Length);
            _ = Close(file);
        }
    }
}
