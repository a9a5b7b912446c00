using System.Buffers.Binary;
using System.Text;
using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>Options for writing a file.</summary>
internal sealed record GgufWriterOptions
{
    /// <summary>The format version, 2 or 3. Both have the same layout.</summary>
    public int Version { get; init; } = GgufPart.CurrentVersion;

    /// <summary>
    /// Whether a file without tensors, such as a vocabulary, is padded to its alignment. ggml's C writer pads it, the Python tools do not.
    /// </summary>
    public bool PadWithoutTensors { get; init; }
}

/// <summary>
/// Writes a GGUF file sequentially. Declare all metadata and tensors, write the tensors' bytes in the order declared, in chunks of any
/// size, then call <see cref="Complete"/>. Only a buffer is kept in memory.
/// </summary>
/// <remarks>
/// The bytes are written to a temporary file in the same folder, which Complete moves to the target path. After an error or Dispose without
/// Complete, the temporary file is deleted and an existing target is unchanged.
/// </remarks>
public sealed class GgufWriter : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly GgufWriterOptions _options;
    private readonly OrderedDictionary<string, GgufValue> _metadata = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, TensorLayout> _tensors = new(StringComparer.Ordinal);
    private FileStream? _stream;
    private int _alignment = GgufPart.DefaultAlignment;
    private bool _headerWritten;
    private long _position;
    private int _current;
    private long _remaining;

    private GgufWriter(string path, GgufWriterOptions options)
    {
        _path = Path.GetFullPath(path);
        _temporary = Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.{Path.GetRandomFileName()}");
        _options = options;
        _stream = FilePaths.CreateTemporary(path, _temporary, FileMode.CreateNew);
    }

    /// <summary>Creates a writer. The folder must exist; an existing file is replaced on completion.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static GgufWriter Create(string path) => Create(path, new GgufWriterOptions());

    internal static GgufWriter Create(string path, GgufWriterOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return options.Version is >= GgufPart.OldestVersion and <= GgufPart.CurrentVersion
            ? new GgufWriter(path, options)
            : throw new ArgumentException(
                $"GGUF version {options.Version} is not supported; use {GgufPart.OldestVersion} or {GgufPart.CurrentVersion}.",
                nameof(options));
    }

    /// <summary>Declares a metadata value. general.alignment (a UInt32 and a power of 2) also sets the alignment of the tensors.</summary>
    /// <exception cref="ArgumentException">The key is duplicated, empty or too long, or the alignment is invalid.</exception>
    /// <exception cref="InvalidOperationException">Tensor data has already been written.</exception>
    public void AddMetadata(string key, GgufValue value)
    {
        RequireHeaderOpen();
        ArgumentNullException.ThrowIfNull(value);
        RequireName(key, GgufPart.MaxKeyBytes, nameof(key));
        if (key == GgufPart.AlignmentKey)
        {
            uint alignment = value.Type == GgufValueType.UInt32 ? value.GetUInt32() : 0;
            _alignment = uint.IsPow2(alignment) && alignment <= int.MaxValue
                ? (int)alignment
                : throw new ArgumentException($"{key} is {value}; it must be a UInt32 and a power of 2 below 2^31.", nameof(value));
        }

        if (!_metadata.TryAdd(key, value))
        {
            throw new ArgumentException($"The key '{key}' already exists.", nameof(key));
        }
    }

    /// <summary>Declares a tensor. Its <see cref="TensorLayout.ByteCount"/> bytes are written later with <see cref="Write"/>.</summary>
    /// <exception cref="ArgumentException">The name is duplicated, empty or longer than 63 bytes.</exception>
    /// <exception cref="TensorLayoutException">The rows are not whole blocks of the type.</exception>
    /// <exception cref="InvalidOperationException">Tensor data has already been written.</exception>
    public void AddTensor(string name, GgmlType type, TensorShape shape)
    {
        RequireHeaderOpen();
        RequireName(name, GgufPart.MaxTensorNameBytes, nameof(name));
        if (!_tensors.TryAdd(name, TensorLayout.Contiguous(type, shape)))
        {
            throw new ArgumentException($"The tensor '{name}' already exists.", nameof(name));
        }
    }

    /// <summary>
    /// Appends bytes to the current tensor. The first call ends the declarations; when a tensor is complete, the next call writes to the
    /// next tensor.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are more bytes than the current tensor needs, or all tensors are
    /// complete.</exception>
    /// <exception cref="IOException">The disk is full or not available.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        Require(data.Length);
        Append(data);
        Advance(data.Length);
    }

    /// <summary>Same as <see cref="Write"/> for zeros, which take no disk space on file systems with sparse files.</summary>
    /// <exception cref="InvalidOperationException">There are more bytes than the current tensor needs, or all tensors are
    /// complete.</exception>
    /// <exception cref="IOException">The disk is full or not available.</exception>
    public void WriteZeros(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Require(count);
        _stream!.Seek(count, SeekOrigin.Current);
        _position += count;
        Advance(count);
    }

    /// <summary>Completes the file and moves it to the target path.</summary>
    /// <exception cref="InvalidOperationException">A tensor is not complete.</exception>
    /// <exception cref="IOException">The disk is full, or the target is in use.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        WriteHeader();
        if (_current < _tensors.Count)
        {
            throw new InvalidOperationException(
                $"Tensor '{_tensors.GetAt(_current).Key}' is incomplete: write {_remaining} more bytes before Complete.");
        }

        try
        {
            _stream.SetLength(_position);
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_temporary, _path, overwrite: true);
            _stream = null;
        }
        catch (IOException error)
        {
            throw FilePaths.NotWritten(_path, _temporary, error);
        }
    }

    /// <summary>Deletes the temporary file, unless <see cref="Complete"/> has moved it to the target path.</summary>
    public void Dispose()
    {
        if (_stream is not null)
        {
            // On a full disk, closing the stream fails again; the file is deleted regardless.
            try
            {
                _stream.Dispose();
            }
            catch (IOException)
            {
            }

            _stream = null;
            File.Delete(_temporary);
        }
    }

    private static void RequireName(string name, int maxBytes, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (Encoding.UTF8.GetByteCount(name) > maxBytes || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"The name '{name}' is longer than {maxBytes} bytes or contains a zero.", parameter);
        }
    }

    private void Require(long count)
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        WriteHeader();
        if (count > _remaining)
        {
            string tensor = _current < _tensors.Count
                ? $"tensor '{_tensors.GetAt(_current).Key}' needs only {_remaining}"
                : "all tensors are complete";
            throw new InvalidOperationException($"Cannot write {count} bytes: {tensor}.");
        }
    }

    private void Advance(long count)
    {
        _remaining -= count;
        if (count != 0 && _remaining == 0)
        {
            Pad();
            _current++;
            StartTensor();
        }
    }

    private void RequireHeaderOpen()
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        if (_headerWritten)
        {
            throw new InvalidOperationException("Metadata and tensors must be declared before tensor data is written.");
        }
    }

    private void WriteHeader()
    {
        if (_headerWritten)
        {
            return;
        }

        _headerWritten = true;
        Append("GGUF"u8);
        AppendInteger((uint)_options.Version);
        AppendInteger((ulong)_tensors.Count);
        AppendInteger((ulong)_metadata.Count);
        foreach ((string key, GgufValue value) in _metadata)
        {
            AppendString(key);
            AppendInteger((uint)value.Type);
            using GgufValue.Access encoded = value.Read();
            Append(encoded.Bytes);
        }

        long offset = 0;
        foreach ((string name, TensorLayout layout) in _tensors)
        {
            AppendTensor(name, layout, offset);
            offset += Padded(layout.ByteCount);
        }

        if (_tensors.Count != 0 || _options.PadWithoutTensors)
        {
            Pad();
        }

        StartTensor();
    }

    private void AppendTensor(string name, in TensorLayout layout, long offset)
    {
        Span<long> ne = stackalloc long[TensorShape.MaxRank];
        int rank = layout.Shape.CopyTo(ne);
        AppendString(name);
        AppendInteger((uint)rank);
        foreach (long dimension in ne[..rank])
        {
            AppendInteger((ulong)dimension);
        }

        AppendInteger((uint)layout.Type);
        AppendInteger((ulong)offset);
    }

    /// <summary>Advances to the next tensor that is not empty.</summary>
    private void StartTensor()
    {
        while (_current < _tensors.Count && _tensors.GetAt(_current).Value.ByteCount == 0)
        {
            _current++;
        }

        _remaining = _current < _tensors.Count ? _tensors.GetAt(_current).Value.ByteCount : 0;
    }

    private void AppendString(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        AppendInteger((ulong)bytes.Length);
        Append(bytes);
    }

    private void AppendInteger(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Append(bytes);
    }

    private void AppendInteger(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Append(bytes);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream!.Write(bytes);
        }
        catch (IOException error)
        {
            throw FilePaths.NotWritten(_path, _temporary, error);
        }

        _position += bytes.Length;
    }

    private void Pad()
    {
        Span<byte> zeros = stackalloc byte[256];
        zeros.Clear();
        for (long missing = Padded(_position) - _position; missing > 0; missing -= Math.Min(missing, zeros.Length))
        {
            Append(zeros[..(int)Math.Min(missing, zeros.Length)]);
        }
    }

    private long Padded(long value) => (value + _alignment - 1) & -(long)_alignment;
}
