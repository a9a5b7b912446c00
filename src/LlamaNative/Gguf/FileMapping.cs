using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using LlamaNative.Platform;
using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Gguf;

/// <summary>
/// The bytes of one file, mapped into memory (or an array that a caller pinned), and the count of who still reads them.
/// Dispose closes it for new readers at once, with <see cref="ObjectDisposedException"/>; the pages go when the last
/// <see cref="Lease"/> is returned, so no reader ever finds its memory gone. Pages are loaded by the system when touched:
/// mapping a file of any size costs microseconds.
/// </summary>
/// <remarks>As with every mapped file, another process that truncates it while it is open makes reads fail in the system.</remarks>
internal sealed unsafe class FileMapping : SafeHandle
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private MemoryHandle _pinned;

    private FileMapping(MemoryMappedFile file, MemoryMappedViewAccessor view, long length, string path)
        : base(0, ownsHandle: true)
    {
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _file = file;
        _view = view;
        Length = length;
        Path = path;
        SetHandle((nint)(start + view.PointerOffset));
    }

    private FileMapping(MemoryHandle pinned, long length)
        : base(0, ownsHandle: true)
    {
        _pinned = pinned;
        Length = length;
        SetHandle((nint)pinned.Pointer);
    }

    /// <summary>The size of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>Where the file lies; null for memory.</summary>
    public string? Path { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>Maps a file for reading.</summary>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="GgufFormatException">The file is empty, and there is nothing to map.</exception>
    public static FileMapping Open(string path)
    {
        SafeFileHandle opened = LinuxFiles.TryOpen(path) ?? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        MemoryMappedFile? file = null;
        MemoryMappedViewAccessor? view = null;
        try
        {
            long length = RandomAccess.GetLength(opened);
            if (length == 0)
            {
                throw new GgufFormatException("the file is empty", offset: 0, path: path);
            }

            file = MemoryMappedFile.CreateFromFile(opened, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            return new FileMapping(file, view, length, path);
        }
        catch
        {
            view?.Dispose();
            file?.Dispose();
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Pins memory that holds a file.</summary>
    /// <exception cref="GgufFormatException">The memory is empty.</exception>
    public static FileMapping Pin(ReadOnlyMemory<byte> memory) =>
        memory.IsEmpty ? throw new GgufFormatException("the file is empty", offset: 0) : new FileMapping(memory.Pin(), memory.Length);

    /// <summary>Keeps the pages until the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public Lease Acquire() => new(this);

    protected override bool ReleaseHandle()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file!.Dispose();
        }

        _pinned.Dispose();
        return true;
    }

    /// <summary>
    /// One reader's hold on the pages. A class, so that copies of a view share its end; without a finalizer, because a
    /// forgotten lease must leave pages behind rather than pull them from under a span the collector cannot see.
    /// </summary>
    internal sealed class Lease : IDisposable
    {
        private FileMapping? _mapping;

        public Lease(FileMapping mapping)
        {
            bool added = false;
            mapping.DangerousAddRef(ref added);
            _mapping = mapping;
        }

        /// <summary>The first byte of the file; valid until the lease is disposed.</summary>
        public byte* Start => (byte*)(_mapping ?? throw new ObjectDisposedException(nameof(GgufTensorView))).handle;

        public void Dispose() => Interlocked.Exchange(ref _mapping, null)?.DangerousRelease();
    }
}
