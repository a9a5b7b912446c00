
namespace LlamaNative.Gguf;

/// <summary>
/// A GGUF model file, or all parts of a split model, mapped into memory and read in place. Opening reads the header, metadata and tensor
/// directory, which takes milliseconds for a file of any size; metadata values and tensor data are read on access. The file is treated as
/// untrusted: every length and offset is checked against the file's size.
/// </summary>
/// <remarks>
/// The file owns the mapping. After <see cref="Dispose"/> metadata and tensors throw <see cref="ObjectDisposedException"/>; a
/// <see cref="GgufTensorView"/> opened before stays valid until it is disposed. Safe to read from any number of threads.
/// </remarks>
public sealed class GgufFile : IDisposable
{
    private readonly List<GgufPart> _parts;

    private GgufFile(List<GgufPart> parts)
    {
        _parts = parts;
        try
        {
            Tensors = new GgufTensorDirectory(parts);
        }
        catch
        {
            Dispose();
            throw;
        }

        Metadata = new GgufMetadata(parts[0].Metadata, parts[0].Path);
    }

    private GgufFile(GgufFile source, GgufMetadata metadata)
    {
        _parts = source._parts;
        Tensors = source.Tensors;
        Metadata = metadata;
    }

    /// <summary>The format version, 2 or 3.</summary>
    public int Version => _parts[0].Version;

    /// <summary>The alignment of tensor data in bytes: general.alignment, or 32 by default.</summary>
    public long Alignment => _parts[0].Alignment;

    /// <summary>The metadata. For a split model, the metadata of the first part.</summary>
    /// <remarks>The indexer throws a <see cref="GgufFormatException"/> for a key that the file does not have.</remarks>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    /// <summary>The tensors of the file, including all parts of a split model.</summary>
    public GgufTensorDirectory Tensors { get; }

    /// <summary>The paths of the files, in part order; empty for a file in memory.</summary>
    public IReadOnlyList<string> Paths => [.. _parts.Select(part => part.Path).OfType<string>()];

    /// <summary>
    /// Whether a path refers to one of <see cref="Paths"/>, also when it is written differently. Use this before writing, so that an open
    /// file is not overwritten.
    /// </summary>
    public bool HasPath(string path) => Paths.Any(own => FilePaths.AreSame(own, path));

    /// <summary>The total size of all parts in bytes.</summary>
    public long ByteCount => _parts.Sum(part => part.Length);

    /// <summary>The first part, for tools that copy a file byte for byte.</summary>
    internal GgufPart FirstPart => _parts[0];

    /// <summary>Opens a file. Any part of a split model (<c>name-00001-of-00003.gguf</c>) opens all of them.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="allParts">Whether to open all parts of a split model; false opens only this file.</param>
    /// <exception cref="GgufFormatException">The file or another part is not valid GGUF.</exception>
    /// <exception cref="IOException">The file or another part is missing or cannot be read.</exception>
    public static GgufFile Open(string path, bool allParts = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        GgufPart part = GgufPart.Read(FileMapping.Open(path));
        return new GgufFile(allParts ? GgufSplit.OpenAll(part) : [part]);
    }

    /// <summary>
    /// Opens a file in memory, which stays pinned until the file is disposed. Other parts of a split model are not opened.
    /// </summary>
    /// <exception cref="GgufFormatException">The bytes are not valid GGUF.</exception>
    public static GgufFile Open(ReadOnlyMemory<byte> file) => new([GgufPart.Read(FileMapping.Pin(file))]);

    /// <summary>
    /// Checks the hyperparameters, vocabulary and tensors for values that would make llama.cpp terminate the process. Loading a model runs
    /// the same checks. Takes about ten milliseconds for a vocabulary of 128k tokens.
    /// </summary>
    /// <exception cref="GgufFormatException">A value would make llama.cpp terminate the process.</exception>
    public void Validate() => ModelFileCheck.Validate(this);

    /// <summary>
    /// Returns the file with some metadata values replaced. It shares the mapping, so only one of the two has to be disposed.
    /// </summary>
    internal GgufFile With(IReadOnlyDictionary<string, GgufValue> values)
    {
        var metadata = new OrderedDictionary<string, GgufValue>(_parts[0].Metadata, StringComparer.Ordinal);
        foreach ((string key, GgufValue value) in values)
        {
            metadata[key] = value;
        }

        return new GgufFile(this, new GgufMetadata(metadata, _parts[0].Path));
    }

    /// <summary>Closes the file. Can be called more than once.</summary>
    public void Dispose() => _parts.ForEach(part => part.Dispose());
}
