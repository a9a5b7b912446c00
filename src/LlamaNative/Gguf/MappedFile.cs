using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Gguf;

/// <summary>A whole file mapped into memory for reading, and locked against .NET's writers, until it is disposed.</summary>
/// <remarks>It needs no finalizer: the handle that owns it has one.</remarks>
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

    /// <summary>The first byte.</summary>
    public byte* Start { get; }

    /// <summary>The size of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="GgufFormatException">The file is empty, or a pipe or device: there is nothing to map.</exception>
    /// <exception cref="IOException">The file is missing, cannot be read, or is open for writing.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static MappedFile Open(string path)
    {
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

    /// <summary>
    /// Pipes and terminals have no length, and opening one can wait forever for the other end: so the length is read first.
    /// </summary>
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
        new("the file is empty, or a pipe or device instead of a file", offset: 0, path: path);
}
