
namespace LlamaNative.Gguf;

/// <summary>
/// A GGUF model file, or all parts of a split one, mapped into memory and read in place. Opening reads the header and
/// the directory, which takes milliseconds whatever the size; metadata is decoded and tensor pages are loaded when
/// asked for. The file is untrusted: whatever does not fit the bytes that are there is refused.
/// </summary>
/// <remarks>
/// The file owns the mapping. After <see cref="Dispose"/> metadata and tensors throw <see cref="ObjectDisposedException"/>;
/// a <see cref="GgufTensorView"/> opened before stays readable until it is disposed itself. Any number of threads may read.
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

    /// <summary>What tensor data is aligned to in bytes: general.alignment, or 32.</summary>
    public long Alignment => _parts[0].Alignment;

    /// <summary>The metadata; of a split model that of its first part.</summary>
    /// <remarks>The indexer throws a <see cref="GgufFormatException"/> for a key that the file does not have.</remarks>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    /// <summary>The tensors of all parts.</summary>
    public GgufTensorDirectory Tensors { get; }

    /// <summary>The files read, in order; empty for a file in memory.</summary>
    public IReadOnlyList<string> Paths => [.. _parts.Select(part => part.Path).OfType<string>()];

    /// <summary>Whether a path names one of <see cref="Paths"/>, in whatever spelling: what is read must not be written over.</summary>
    public bool HasPath(string path) => Paths.Any(own => FilePaths.AreSame(own, path));

    /// <summary>The bytes of all parts together.</summary>
    public long ByteCount => _parts.Sum(part => part.Length);

    /// <summary>The first part's size and start of data, for tools that rewrite a file byte for byte.</summary>
    internal GgufPart FirstPart => _parts[0];

    /// <summary>Opens a file. Any part of a split model (<c>name-00001-of-00003.gguf</c>) opens all of them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="allParts">False opens just this file, even where it says that it is a part.</param>
    /// <exception cref="GgufFormatException">The file, or another part, is no well-formed GGUF.</exception>
    /// <exception cref="IOException">The file, or another part, is missing or cannot be read.</exception>
    public static GgufFile Open(string path, bool allParts = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        GgufPart part = GgufPart.Read(FileMapping.Open(path));
        return new GgufFile(allParts ? GgufSplit.OpenAll(part) : [part]);
    }

    /// <summary>Opens a file that lies in memory, which stays pinned until the file is disposed. Other parts are not looked for.</summary>
    /// <exception cref="GgufFormatException">The bytes are no well-formed GGUF.</exception>
    public static GgufFile Open(ReadOnlyMemory<byte> file) => new([GgufPart.Read(FileMapping.Pin(file))]);

    /// <summary>
    /// Checks what llama.cpp trusts in a model file and would end the process over: hyperparameters, vocabulary and tensors.
    /// Loading a model does it too. Takes some ten milliseconds for a vocabulary of 128k tokens.
    /// </summary>
    /// <exception cref="GgufFormatException">A value would bring llama.cpp down.</exception>
    public void Validate() => ModelFileCheck.Validate(this);

    /// <summary>The file as it reads with other metadata values. Shares the mapping, so only one of the two needs to be disposed.</summary>
    internal GgufFile With(IReadOnlyDictionary<string, GgufValue> values)
    {
        var metadata = new OrderedDictionary<string, GgufValue>(_parts[0].Metadata, StringComparer.Ordinal);
        foreach ((string key, GgufValue value) in values)
        {
            metadata[key] = value;
        }

        return new GgufFile(this, new GgufMetadata(metadata, _parts[0].Path));
    }

    /// <summary>Closes the file; harmless when repeated.</summary>
    public void Dispose() => _parts.ForEach(part => part.Dispose());
}
