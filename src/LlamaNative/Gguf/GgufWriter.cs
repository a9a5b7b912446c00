using System.Buffers.Binary;
using System.Text;
using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>How a file is written.</summary>
internal sealed record GgufWriterOptions
{
    /// <summary>The format version, 2 or 3; both are laid out alike.</summary>
    public int Version { get; init; } = GgufPart.CurrentVersion;

    /// <summary>
    /// Whether a file without tensors is padded to its alignment, as ggml's C writer does; the Python tools end such a
    /// file (a vocabulary, say) with its metadata.
    /// </summary>
    public bool PadWithoutTensors { get; init; }
}

/// <summary>
/// Writes a GGUF file from front to back: declare all metadata and tensors, then pass the tensors' bytes in the order
/// declared, in chunks of any size, then <see cref="Complete"/>. Nothing is held but a buffer.
/// </summary>
/// <remarks>
/// The bytes go to a temporary file in the same folder, which Complete puts in place of the target. Until then, and
/// after an error or Dispose without Complete, the target is untouched and the temporary file removed.
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
        _stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
    }

    /// <summary>Starts a file. The folder must exist; a file of that name is replaced at the end.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static GgufWriter Create(string path) => Create(path, new GgufWriterOptions());

    internal static GgufWriter Create(string path, GgufWriterOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return options.Version is >= GgufPart.OldestVersion and <= GgufPart.CurrentVersion
            ? new GgufWriter(path, options)
            : throw new ArgumentException(
                $"GGUF version {options.Version} is not one of {GgufPart.OldestVersion} and {GgufPart.CurrentVersion}", nameof(options));
    }

    /// <summary>Declares a metadata value. general.alignment (a UInt32, power of 2) also sets how tensors are aligned.</summary>
    /// <exception cref="ArgumentException">The key is taken, empty or too long, or the alignment is none.</exception>
    /// <exception cref="InvalidOperationException">Tensor data was already written.</exception>
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
                : throw new ArgumentException($"{key} is {value}, not a UInt32 power of 2 below 2^31", nameof(value));
        }

        if (!_metadata.TryAdd(key, value))
        {
            throw new ArgumentException($"the key '{key}' is already there", nameof(key));
        }
    }

    /// <summary>Declares a tensor, whose <see cref="TensorLayout.ByteCount"/> bytes follow by <see cref="Write"/>.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty or longer than 63 bytes.</exception>
    /// <exception cref="TensorLayoutException">The rows are not whole blocks of the type.</exception>
    /// <exception cref="InvalidOperationException">Tensor data was already written.</exception>
    public void AddTensor(string name, GgmlType type, TensorShape shape)
    {
        RequireHeaderOpen();
        RequireName(name, GgufPart.MaxTensorNameBytes, nameof(name));
        if (!_tensors.TryAdd(name, TensorLayout.Contiguous(type, shape)))
        {
            throw new ArgumentException($"the tensor '{name}' is already there", nameof(name));
        }
    }

    /// <summary>Appends bytes to the current tensor; the first call ends the declarations, a full tensor makes way for the next.</summary>
    /// <exception cref="InvalidOperationException">More bytes than the current tensor has room for, or no tensor is left.</exception>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        Require(data.Length);
        Append(data);
        Advance(data.Length);
    }

    /// <summary>As <see cref="Write"/> for zeros, which take no room on disk where the file system can leave holes.</summary>
    /// <exception cref="InvalidOperationException">More bytes than the current tensor has room for, or no tensor is left.</exception>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void WriteZeros(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Require(count);
        _stream!.Seek(count, SeekOrigin.Current);
        _position += count;
        Advance(count);
    }

    /// <summary>Ends the file and puts it in place.</summary>
    /// <exception cref="InvalidOperationException">A tensor is not complete.</exception>
    /// <exception cref="IOException">The disk is full, or the target is in use.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        WriteHeader();
        if (_current < _tensors.Count)
        {
            throw new InvalidOperationException($"tensor '{_tensors.GetAt(_current).Key}' still lacks {_remaining} bytes");
        }

        _stream.SetLength(_position);
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        _stream = null;
    }

    /// <summary>Removes what was written, unless <see cref="Complete"/> has put it in place.</summary>
    public void Dispose()
    {
        if (_stream is not null)
        {
            // On a full disk the stream fails once more when it is closed; the file goes all the same.
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
            throw new ArgumentException($"'{name}' is longer than {maxBytes} bytes or contains a zero", parameter);
        }
    }

    private void Require(long count)
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        WriteHeader();
        if (count > _remaining)
        {
            string tensor = _current < _tensors.Count ? $"'{_tensors.GetAt(_current).Key}' has room for {_remaining}" : "no tensor is left";
            throw new InvalidOperationException($"{count} bytes of tensor data, and {tensor}");
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
            throw new InvalidOperationException("metadata and tensors are declared before the first tensor data");
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

    /// <summary>Makes the first tensor from the current place on that has bytes the one to write.</summary>
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
        _stream!.Write(bytes);
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
