using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Gguf;

/// <summary>A file mapped into memory for reading. Until it is disposed, .NET processes cannot open the file for writing.</summary>
/// <remarks>It needs no finalizer, because the SafeHandle that owns it has one.</remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private MappedFile(MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        _file = file;
        _view = view;
        Length = length;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start + view.PointerOffset;
    }

    /// <summary>The address of the first byte.</summary>
    public byte* Start { get; }

    /// <summary>The size of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="GgufFormatException">The file is empty, or is a pipe or device and cannot be mapped.</exception>
    /// <exception cref="IOException">The file is missing, cannot be read, or is open for writing, or the path is a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    public static MappedFile Open(string path)
    {
        FilePaths.RequireFile(path);
        RequireContent(path);
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        MemoryMappedFile? file = null;
        try
        {
            long length = RandomAccess.GetLength(handle);
            if (length == 0)
            {
                throw NoContent(path);
            }

            file = MemoryMappedFile.CreateFromFile(handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read,
                HandleInheritability.None, leaveOpen: false);
            return new MappedFile(file, file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length);
        }
        catch (Exception error)
        {
            file?.Dispose();
            handle.Dispose();
            if (error is NotSupportedException) // a pipe has no length
            {
                throw NoContent(path);
            }

            throw;
        }
    }

    /// <summary>Unmaps and closes the file.</summary>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>Rejects pipes and terminals before opening them: they have no length, and opening a pipe can block forever.</summary>
    private static void RequireContent(string path)
    {
        FileSystemInfo? target = File.ResolveLinkTarget(path, returnFinalTarget: true);
        var file = new FileInfo(target?.FullName ?? path);
        if (file.Exists && file.Length == 0)
        {
            throw NoContent(path);
        }
    }

    private static GgufFormatException NoContent(string path) =>
        new("the file is empty, or is a pipe or device", offset: 0, path: path);
}
