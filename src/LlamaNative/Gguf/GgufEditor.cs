using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>
/// A changed copy of a file: edit metadata and tensors, then <see cref="Save"/>. Tensors left alone are streamed from the
/// source, which must stay open until then; nothing is held but what was put in.
/// </summary>
public sealed class GgufEditor
{
    private const int ChunkBytes = 1 << 20;

    private readonly GgufFile _source;
    private readonly OrderedDictionary<string, EditedTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Starts from the contents of a file. The parts of a split model become one file.</summary>
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

    /// <summary>The metadata to write, to be changed at will; its order is the file's.</summary>
    public OrderedDictionary<string, GgufValue> Metadata { get; }

    /// <summary>The names of the tensors to write, in order.</summary>
    public IReadOnlyList<string> TensorNames => _tensors.Keys;

    internal OrderedDictionary<string, EditedTensor> Tensors => _tensors;

    /// <summary>Gives a tensor another name in the same place.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentException">The new name is taken.</exception>
    public void RenameTensor(string name, string newName)
    {
        int place = PlaceOf(name);
        ArgumentException.ThrowIfNullOrEmpty(newName);
        EditedTensor tensor = _tensors[name];
        if (_tensors.ContainsKey(newName))
        {
            throw new ArgumentException($"the tensor '{newName}' is already there", nameof(newName));
        }

        _tensors.RemoveAt(place);
        _tensors.Insert(place, newName, tensor);
    }

    /// <summary>Drops a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public void RemoveTensor(string name) => _tensors.RemoveAt(PlaceOf(name));

    /// <summary>Puts a tensor at the end, or in the place of one with that name.</summary>
    /// <param name="name">The name, at most 63 bytes.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">Elements per dimension, fastest first.</param>
    /// <param name="data">Exactly the tensor's bytes; not copied before <see cref="Save"/>.</param>
    /// <exception cref="ArgumentException">Not the number of bytes that type and shape need.</exception>
    /// <exception cref="TensorLayoutException">The rows are not whole blocks of the type.</exception>
    public void SetTensor(string name, GgmlType type, TensorShape shape, ReadOnlyMemory<byte> data)
    {
        long needed = TensorLayout.Contiguous(type, shape).ByteCount;
        if (data.Length != needed)
        {
            throw new ArgumentException($"tensor '{name}' {shape} {GgmlTypeInfo.Of(type).Name} takes {needed} bytes, not {data.Length}",
                nameof(data));
        }

        SetTensor(name, type, shape, writer => writer.Write(data.Span));
    }

    /// <summary>
    /// As the other overload, for a tensor made while saving: the callback writes exactly its bytes, in chunks of any size.
    /// </summary>
    /// <exception cref="TensorLayoutException">The rows are not whole blocks of the type.</exception>
    public void SetTensor(string name, GgmlType type, TensorShape shape, Action<GgufWriter> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(write);
        _tensors[name] = new EditedTensor(TensorLayout.Contiguous(type, shape), Source: null, Appended: default, write);
    }

    /// <summary>
    /// Appends tokens to the vocabulary's lists and, as new rows, to the tensors that have a row for each token; the first gets
    /// the id that is returned. Special tokens are matched whole, so a vocabulary of merges needs none for them.
    /// </summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="merges">Merges ("left right" each) for tokens that ordinary text should reach.</param>
    /// <exception cref="ArgumentException">A text is empty or already in the vocabulary, or a given row has the wrong size.</exception>
    /// <exception cref="GgufFormatException">The file has no vocabulary, or lists and tensors that do not fit it.</exception>
    /// <exception cref="TensorLayoutException">
    /// The rows of a quantized tensor are not given: their mean would have to be quantized, which is ggml's work.
    /// </exception>
    public int AddTokens(IReadOnlyList<GgufToken> tokens, IReadOnlyList<string>? merges = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return GgufVocabularyEditor.AddTokens(this, tokens, merges);
    }

    /// <summary>Writes the edited copy. A failure or cancellation leaves nothing, and a target that existed as it was.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="progress">Told the part of the tensors' bytes that is written, from 0 to 1, on the calling thread.</param>
    /// <param name="cancellationToken">Stops between two chunks of a tensor of the source, and between tensors.</param>
    /// <exception cref="ObjectDisposedException">The source was disposed.</exception>
    /// <exception cref="IOException">The target cannot be written. (On Windows a file that is still open cannot be its own
    /// target.)</exception>
    public void Save(string path, IProgress<float>? progress = null, CancellationToken cancellationToken = default)
    {
        // A file without tensors ends padded or not depending on its tool; the copy ends like its source.
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

    /// <summary><see cref="Save"/> on a pool thread. The editor and its source must not be used meanwhile.</summary>
    public Task SaveAsync(string path, IProgress<float>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Save(path, progress, cancellationToken), cancellationToken);

    private int PlaceOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int place = _tensors.IndexOf(name);
        return place >= 0 ? place : throw new KeyNotFoundException($"there is no tensor '{name}'");
    }

    /// <summary>A tensor to write: the source's bytes and rows behind them, or bytes from a callback.</summary>
    internal sealed record EditedTensor(TensorLayout Layout, GgufTensorInfo? Source, ReadOnlyMemory<byte> Appended,
        Action<GgufWriter>? Write)
    {
        public static EditedTensor Of(GgufTensorInfo source) => new(source.Layout, source, default, Write: null);

        /// <summary>Writes the tensor; <paramref name="wrote"/> hears how much of it is written after each chunk.</summary>
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
