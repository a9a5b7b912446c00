using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>
/// Creates a modified copy of a GGUF file: edit metadata and tensors, then call <see cref="Save"/>. Unchanged tensors are streamed from the
/// source file, which must stay open until then; only added data is kept in memory.
/// </summary>
public sealed class GgufEditor
{
    private const int ChunkBytes = 1 << 20;

    private readonly GgufFile _source;
    private readonly OrderedDictionary<string, EditedTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Creates an editor with the contents of a file. The parts of a split model are merged into one file.</summary>
    public GgufEditor(GgufFile source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        Metadata = new(source.Metadata, StringComparer.Ordinal);
        if (source.Paths.Count > 1)
        {
            Metadata.Remove(GgufSplit.NumberKey);
            Metadata.Remove(GgufSplit.CountKey);
            Metadata.Remove(GgufSplit.TensorCountKey);
        }

        foreach (GgufTensorInfo tensor in source.Tensors)
        {
            _tensors.Add(tensor.Name, EditedTensor.Of(tensor));
        }
    }

    /// <summary>The metadata to write, in file order. Change it as needed.</summary>
    public OrderedDictionary<string, GgufValue> Metadata { get; }

    /// <summary>The names of the tensors to write, in order.</summary>
    public IReadOnlyList<string> TensorNames => _tensors.Keys;

    internal OrderedDictionary<string, EditedTensor> Tensors => _tensors;

    /// <summary>Renames a tensor without changing its position.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentException">The new name is already in use.</exception>
    public void RenameTensor(string name, string newName)
    {
        int place = PlaceOf(name);
        ArgumentException.ThrowIfNullOrEmpty(newName);
        EditedTensor tensor = _tensors[name];
        if (_tensors.ContainsKey(newName))
        {
            throw new ArgumentException($"The tensor '{newName}' already exists.", nameof(newName));
        }

        _tensors.RemoveAt(place);
        _tensors.Insert(place, newName, tensor);
    }

    /// <summary>Removes a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public void RemoveTensor(string name) => _tensors.RemoveAt(PlaceOf(name));

    /// <summary>Appends a tensor, or replaces the one with the same name.</summary>
    /// <param name="name">The name, at most 63 bytes of UTF-8.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The elements per dimension, fastest first.</param>
    /// <param name="data">The tensor's bytes. They are not copied and must not change until <see cref="Save"/>.</param>
    /// <exception cref="ArgumentException">The number of bytes does not match the type and shape.</exception>
    /// <exception cref="TensorLayoutException">The rows are not whole blocks of the type.</exception>
    public void SetTensor(string name, GgmlType type, TensorShape shape, ReadOnlyMemory<byte> data)
    {
        long needed = TensorLayout.Contiguous(type, shape).ByteCount;
        if (data.Length != needed)
        {
            throw new ArgumentException($"Tensor '{name}' {shape} {GgmlTypeInfo.Of(type).Name} needs {needed} bytes, not {data.Length}.",
                nameof(data));
        }

        SetTensor(name, type, shape, writer => writer.Write(data.Span));
    }

    /// <summary>
    /// Same as the other overload, for a tensor generated while saving: the callback writes all of its bytes, in chunks of any size.
    /// </summary>
    /// <exception cref="TensorLayoutException">The rows are not whole blocks of the type.</exception>
    public void SetTensor(string name, GgmlType type, TensorShape shape, Action<GgufWriter> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(write);
        _tensors[name] = new EditedTensor(TensorLayout.Contiguous(type, shape), Source: null, Appended: default, write);
    }

    /// <summary>
    /// Appends tokens to the vocabulary and new rows to the tensors with one row per token. Returns the id of the first new token; the
    /// others follow it. Special tokens are matched before tokenization and need no merges.
    /// </summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="merges">BPE merges, each as "left right", for tokens that plain text should produce.</param>
    /// <exception cref="ArgumentException">A token's text is empty or already in the vocabulary, or a row has the wrong size.</exception>
    /// <exception cref="GgufFormatException">The file has no vocabulary, or lists or tensors that do not match its size.</exception>
    /// <exception cref="TensorLayoutException">Rows of a quantized tensor are not specified. Their default, the mean of the existing rows,
    /// is available only for unquantized tensors.</exception>
    public int AddTokens(IReadOnlyList<GgufToken> tokens, IReadOnlyList<string>? merges = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return GgufVocabularyEditor.AddTokens(this, tokens, merges);
    }

    /// <summary>
    /// Writes the modified copy. On failure or cancellation, nothing is written and an existing target file is unchanged.
    /// </summary>
    /// <param name="path">The file to write.</param>
    /// <param name="progress">Receives the fraction of tensor data written, from 0 to 1, on the calling thread.</param>
    /// <param name="cancellationToken">Cancels between tensors and between chunks of a source tensor.</param>
    /// <exception cref="ObjectDisposedException">The source was disposed.</exception>
    /// <exception cref="IOException">The target cannot be written. On Windows an open source file cannot be overwritten.</exception>
    public void Save(string path, IProgress<float>? progress = null, CancellationToken cancellationToken = default)
    {
        // Tools differ in whether they pad a file without tensors; the copy does as its source.
        bool padded = _source.Tensors.Count == 0 && _source.FirstPart.Length % _source.Alignment == 0;
        using GgufWriter writer = GgufWriter.Create(path, new GgufWriterOptions { Version = _source.Version, PadWithoutTensors = padded });
        foreach ((string key, GgufValue value) in Metadata)
        {
            writer.AddMetadata(key, value);
        }

        foreach ((string name, EditedTensor tensor) in _tensors)
        {
            writer.AddTensor(name, tensor.Layout.Type, tensor.Layout.Shape);
        }

        long all = _tensors.Values.Sum(tensor => tensor.Layout.ByteCount);
        long written = 0;
        foreach (EditedTensor tensor in _tensors.Values)
        {
            tensor.WriteTo(writer, bytes => progress?.Report((float)((written + bytes) / (double)all)), cancellationToken);
            written += tensor.Layout.ByteCount;
        }

        cancellationToken.ThrowIfCancellationRequested();
        writer.Complete();
        progress?.Report(1);
    }

    /// <summary>Runs <see cref="Save"/> on a thread pool thread. Do not use the editor or its source until it completes.</summary>
    public Task SaveAsync(string path, IProgress<float>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Save(path, progress, cancellationToken), cancellationToken);

    private int PlaceOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int place = _tensors.IndexOf(name);
        return place >= 0 ? place : throw new KeyNotFoundException($"The file has no tensor '{name}'.");
    }

    /// <summary>A tensor to write: the source's bytes followed by appended rows, or bytes from a callback.</summary>
    internal sealed record EditedTensor(TensorLayout Layout, GgufTensorInfo? Source, ReadOnlyMemory<byte> Appended,
        Action<GgufWriter>? Write)
    {
        public static EditedTensor Of(GgufTensorInfo source) => new(source.Layout, source, default, Write: null);

        /// <summary>Writes the tensor; <paramref name="wrote"/> receives the total bytes written after each chunk.</summary>
        public void WriteTo(GgufWriter writer, Action<long> wrote, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Source is not null)
            {
                using GgufTensorView view = Source.Open();
                for (long offset = 0; offset < Source.ByteCount; offset += ChunkBytes)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ReadOnlySpan<byte> chunk = view.Range(offset, Math.Min(ChunkBytes, Source.ByteCount - offset));
                    writer.Write(chunk);
                    wrote(offset + chunk.Length);
                }

                writer.Write(Appended.Span);
            }

            Write?.Invoke(writer);
            if (Layout.ByteCount > 0)
            {
                wrote(Layout.ByteCount);
            }
        }
    }
}
