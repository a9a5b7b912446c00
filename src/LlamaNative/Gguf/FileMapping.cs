using System.Buffers;
using System.Runtime.InteropServices;

namespace LlamaNative.Gguf;

/// <summary>
/// The bytes of one file, mapped into memory (or a pinned array), with a reference count of its readers. After Dispose, new readers get
/// <see cref="ObjectDisposedException"/>; the memory is unmapped when the last <see cref="Lease"/> is disposed, so open leases stay valid.
/// The system loads pages on first access, so mapping a file of any size takes microseconds.
/// </summary>
/// <remarks>If another process truncates the file while it is mapped, reads fail with an access violation or bus error.</remarks>
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

    /// <summary>The path of the file; null for a file in memory.</summary>
    public string? Path { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>Maps a file for reading.</summary>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="GgufFormatException">The file is empty, or is a pipe or device and cannot be mapped.</exception>
    public static FileMapping Open(string path)
    {
        MappedFile file = MappedFile.Open(path);
        return new FileMapping(file, file.Start, file.Length, path);
    }

    /// <summary>Pins memory that contains a file.</summary>
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

    /// <summary>Keeps the memory mapped until the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public Lease Acquire() => new(this);

    protected override bool ReleaseHandle()
    {
        _memory.Dispose();
        return true;
    }

    /// <summary>
    /// A reader's reference to the mapping. It is a class so that copies of a view are disposed together. It has no finalizer, because a
    /// lease that was not disposed must leak the mapping rather than unmap memory under a live span.
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
