using System.Buffers;
using System.Runtime.InteropServices;

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
    private readonly IDisposable _memory;

    private FileMapping(IDisposable memory, void* start, long length, string? path)
        : base(0, ownsHandle: true)
    {
        _memory = memory;
        Length = length;
        Path = path;
        SetHandle((nint)start);
    }

    /// <summary>The size of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>Where the file lies; null for memory.</summary>
    public string? Path { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>Maps a file for reading.</summary>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="GgufFormatException">The file is empty, or a pipe or device: there is nothing to map.</exception>
    public static FileMapping Open(string path)
    {
        MappedFile file = MappedFile.Open(path);
        return new FileMapping(file, file.Start, file.Length, path);
    }

    /// <summary>Pins memory that holds a file.</summary>
    /// <exception cref="GgufFormatException">The memory is empty.</exception>
    public static FileMapping Pin(ReadOnlyMemory<byte> memory)
    {
        if (memory.IsEmpty)
        {
            throw new GgufFormatException("the file is empty", offset: 0);
        }

        MemoryHandle pinned = memory.Pin();
        return new FileMapping(pinned, pinned.Pointer, memory.Length, path: null);
    }

    /// <summary>Keeps the pages until the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public Lease Acquire() => new(this);

    protected override bool ReleaseHandle()
    {
        _memory.Dispose();
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
