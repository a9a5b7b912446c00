using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Platform;

/// <summary>A whole file mapped into memory for reading, and locked against writers that ask, until it is disposed.</summary>
/// <remarks>
/// Under Linux the system is asked directly (<see cref="LinuxFiles.TryMap"/>): .NET's first opening and mapping of a program
/// take 6 ms, on the way to the first token. No finalizer: the handle that owns it has one.
/// </remarks>
internal abstract unsafe class MappedFile(byte* start, long length) : IDisposable
{
    /// <summary>The first byte; null for an empty file, of which there is nothing to map.</summary>
    public byte* Start { get; } = start;

    /// <summary>The size of the file in bytes.</summary>
    public long Length { get; } = length;

    /// <summary>Maps a file.</summary>
    /// <exception cref="IOException">The file is missing or cannot be read, somebody writes it, or it is a pipe.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static MappedFile Open(string path) => LinuxFiles.TryMap(path) ?? View.Map(path);

    /// <summary>Unmaps and closes the file. Once only.</summary>
    public abstract void Dispose();

    /// <summary>The error for a name of something that cannot be mapped.</summary>
    public static IOException NoFile(string path, Exception? cause = null) => new($"'{path}' is a pipe or a device and no file.", cause);

    /// <summary>As .NET maps a file.</summary>
    private sealed class View : MappedFile
    {
        private readonly IDisposable[] _owned;

        private View(byte* start, long length, params IDisposable[] owned)
            : base(start, length) => _owned = owned;

        public static View Map(string path)
        {
            SafeFileHandle opened = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            MemoryMappedFile? file = null;
            MemoryMappedViewAccessor? view = null;
            try
            {
                long length = RandomAccess.GetLength(opened);
                if (length == 0)
                {
                    return new View(null, 0, opened);
                }

                file = MemoryMappedFile.CreateFromFile(opened, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
                view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
                byte* start = null;
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
                return new View(start + view.PointerOffset, length, view, file);
            }
            catch (Exception error)
            {
                view?.Dispose();
                file?.Dispose();
                opened.Dispose();
                if (error is NotSupportedException)
                {
                    throw NoFile(path, error);
                }

                throw;
            }
        }

        public override void Dispose()
        {
            foreach (IDisposable owned in _owned)
            {
                if (owned is MemoryMappedViewAccessor view)
                {
                    view.SafeMemoryMappedViewHandle.ReleasePointer();
                }

                owned.Dispose();
            }
        }
    }
}
