using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>
/// One physical file without its tensor data: header, metadata and tensor directory. All lengths and offsets are checked against the file's
/// size; strings and arrays are measured here and decoded on access.
/// </summary>
/// <remarks>Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The checks follow ggml/src/gguf.cpp.</remarks>
internal sealed class GgufPart : IDisposable
{
    public const int DefaultAlignment = 32; // GGUF_DEFAULT_ALIGNMENT
    public const string AlignmentKey = "general.alignment";

    // llama.cpp's duplicate check takes quadratic time, so it cannot open files near these limits either.
    private const int MaxKeys = 1 << 20;
    private const int MaxTensors = 1 << 20;

    public const int MaxKeyBytes = 65535;       // the limit in the GGUF specification
    public const int MaxTensorNameBytes = 63;   // GGML_MAX_NAME minus the terminating zero
    public const int CurrentVersion = 3;        // GGUF_VERSION
    public const int OldestVersion = 2;         // version 1 used 32-bit counts; ggml rejects it
    private const int MinimumKeyValueBytes = 8 + 1 + 4 + 1;
    private const int MinimumTensorBytes = 8 + 1 + 4 + 4 + 8;
    private const int MostOfSignature = 4096;   // what is looked at to tell what a file is instead

    private readonly FileMapping _mapping;

    private GgufPart(FileMapping mapping) => _mapping = mapping;

    public string? Path => _mapping.Path;

    public long Length => _mapping.Length;

    public int Version { get; private set; }

    public int Alignment { get; private set; } = DefaultAlignment;

    /// <summary>The byte offset of the tensor data.</summary>
    public long DataOffset { get; private set; }

    /// <summary>The part number and part count.</summary>
    public GgufSplit Split { get; private set; }

    public OrderedDictionary<string, GgufValue> Metadata { get; } = new(StringComparer.Ordinal);

    public List<GgufTensorInfo> Tensors { get; } = [];

    /// <summary>Reads a mapped file and takes ownership of the mapping, even when it throws.</summary>
    public static GgufPart Read(FileMapping mapping)
    {
        var part = new GgufPart(mapping);
        try
        {
            part.Read();
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    public void Dispose() => _mapping.Dispose();

    private unsafe void Read()
    {
        using FileMapping.Lease lease = _mapping.Acquire();
        var cursor = new GgufCursor(lease.Start, _mapping.Length, _mapping.Path);
        ReadMagicAndVersion(ref cursor);
        long tensorCount = cursor.ReadCount("tensor count", MinimumTensorBytes, MaxTensors);
        long keyCount = cursor.ReadCount("key count", MinimumKeyValueBytes, MaxKeys);
        for (long i = 0; i < keyCount; i++)
        {
            ReadKeyValue(ref cursor);
        }

        ReadAlignment(ref cursor);
        Split = GgufSplit.Of(Metadata);
        ReadTensors(ref cursor, tensorCount);
    }

    private void ReadMagicAndVersion(ref GgufCursor cursor)
    {
        if (!"GGUF"u8.StartsWith(cursor.Peek(4)))
        {
            throw new GgufFormatException("the file is " + ForeignFile.Describe(cursor.Peek(MostOfSignature), Path), offset: 0, path: Path);
        }

        _ = cursor.Take(4, "magic");

        uint version = cursor.ReadUInt32("version");
        if (version is < OldestVersion or > CurrentVersion)
        {
            string reason = (version & 0xFFFF) == 0 && version != 0
                ? "the file is big-endian; convert it to little-endian"
                : $"GGUF version {version} is not supported; the supported versions are {OldestVersion} and {CurrentVersion}";
            throw new GgufFormatException(reason, offset: 4, path: Path);
        }

        Version = (int)version;
    }

    private void ReadKeyValue(ref GgufCursor cursor)
    {
        long at = cursor.Position;
        string key = cursor.ReadName("key", MaxKeyBytes);
        if (Metadata.ContainsKey(key))
        {
            throw new GgufFormatException("the key is duplicated", key, at, Path);
        }

        GgufValueType type = ReadType(ref cursor, key);
        long start = cursor.Position;
        GgufValueSkipper.Skip(ref cursor, type, key);
        Metadata.Add(key, new GgufValue(_mapping, start, cursor.Position - start, type, key));
    }

    private static GgufValueType ReadType(ref GgufCursor cursor, string key)
    {
        var type = (GgufValueType)cursor.ReadInt32("value type", key);
        return type.IsKnown() ? type : throw cursor.Error($"value type {(int)type} is unknown", key);
    }

    private void ReadAlignment(ref GgufCursor cursor)
    {
        if (!Metadata.TryGetValue(AlignmentKey, out GgufValue? value))
        {
            return;
        }

        uint alignment = value.GetUInt32();
        if (!uint.IsPow2(alignment) || alignment > int.MaxValue)
        {
            throw cursor.Error($"alignment {alignment} is not a power of 2 below 2^31", AlignmentKey);
        }

        Alignment = (int)alignment;
    }

    private void ReadTensors(ref GgufCursor cursor, long count)
    {
        var entries = new List<Entry>();
        for (long i = 0; i < count; i++)
        {
            entries.Add(ReadTensor(ref cursor));
        }

        // Padding before the tensor data is required only when there are tensors.
        DataOffset = count == 0 ? cursor.Position : Pad(cursor.Position, Alignment);
        var names = new HashSet<string>(StringComparer.Ordinal);
        long expected = 0;
        long end = cursor.Position;
        foreach (Entry entry in entries)
        {
            long bytes = entry.Layout.ByteCount;
            if (!names.Add(entry.Name))
            {
                throw new GgufFormatException("the tensor name is duplicated", entry.Name, entry.At, Path);
            }

            // llama.cpp requires tensors to be consecutive without gaps, so they cannot overlap.
            if (entry.Offset != (ulong)expected)
            {
                throw new GgufFormatException($"tensor data is at offset {entry.Offset}, but {expected} is expected",
                    entry.Name, entry.At, Path);
            }

            end = bytes > long.MaxValue - DataOffset - expected ? long.MaxValue : DataOffset + expected + bytes;
            Tensors.Add(new GgufTensorInfo(_mapping, entry.Name, entry.Layout, DataOffset + expected, Split.Number));
            expected = end == long.MaxValue ? end : Pad(expected + bytes, Alignment);
        }

        if (end > Length)
        {
            throw Incomplete(end);
        }
    }

    private GgufFormatException Incomplete(long end) => new(
        end == long.MaxValue ? "the file is damaged: its tensors would need 2^63 bytes or more"
        : $"the file is incomplete: {end - Length} of its {end} bytes are missing; {ForeignFile.AdviceForIncomplete(Path)}",
        offset: Length, path: Path);

    private Entry ReadTensor(ref GgufCursor cursor)
    {
        long at = cursor.Position;
        string name = cursor.ReadName("tensor name", MaxTensorNameBytes);
        uint rank = cursor.ReadUInt32("dimension count", name);
        if (rank > TensorShape.MaxRank)
        {
            throw new GgufFormatException($"{rank} dimensions exceed the maximum of {TensorShape.MaxRank}", name, at, Path);
        }

        Span<long> ne = stackalloc long[(int)rank];
        foreach (ref long dimension in ne)
        {
            dimension = (long)cursor.ReadUInt64("dimension", name);
        }

        if (!TensorShape.TryCreate(ne, out TensorShape shape))
        {
            throw new GgufFormatException(
                $"[{string.Join(", ", ne.ToArray())}] is not a valid shape: a dimension is negative or there are 2^63 elements or more",
                name, at, Path);
        }

        var type = (GgmlType)cursor.ReadInt32("tensor type", name);
        if (!GgmlTypeInfo.TryGet(type, out GgmlTypeInfo info))
        {
            throw new GgufFormatException($"{(int)type} is not a ggml tensor type", name, at, Path);
        }

        if (!TensorLayout.TryContiguous(type, shape, out TensorLayout layout))
        {
            throw new GgufFormatException(
                $"{shape} {info.Name} does not have whole blocks of {info.BlockSize} per row, or exceeds 2^63 bytes", name, at, Path);
        }

        return new Entry(name, layout, cursor.ReadUInt64("tensor offset", name), at);
    }

    private static long Pad(long value, int alignment) =>
        // Saturates: an offset near 2^63 is larger than any file and is rejected anyway.
        value > long.MaxValue - alignment ? long.MaxValue : (value + alignment - 1) & -(long)alignment;

    private sealed record Entry(string Name, TensorLayout Layout, ulong Offset, long At);
}
