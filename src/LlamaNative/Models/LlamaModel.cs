using LlamaNative.Diagnostics;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>
/// A model's weights, vocabulary and metadata. It can be used from any number of threads and contexts at once; the
/// native memory is freed when the model and every context made from it are disposed, in whatever order.
/// </summary>
public sealed class LlamaModel : IDisposable
{
    private readonly IReadOnlyList<string> _loadLog;
    private ModelPlacement? _placement;
    private int _disposed;

    private LlamaModel(string path, ModelOptions options, LlamaModelHandle handle, IReadOnlyList<string> loadLog, TimeSpan loadTime)
    {
        Path = path;
        Options = options;
        Handle = handle;
        _loadLog = loadLog;
        LoadTime = loadTime;
        Metadata = ModelMetadata.Read(handle, options.MetadataOverrides);
        Vocabulary = new Vocabulary(handle, Metadata, options.Logger);
        Description = ModelMetadata.ReadDescription(handle);
        ContextLength = LlamaModels.llama_model_n_ctx_train(handle);
        EmbeddingLength = LlamaModels.llama_model_n_embd(handle);
        LayerCount = LlamaModels.llama_model_n_layer(handle);
        ByteCount = (long)LlamaModels.llama_model_size(handle);
        ParameterCount = (long)LlamaModels.llama_model_n_params(handle);
        HasEncoder = LlamaModels.llama_model_has_encoder(handle);
        HasDecoder = LlamaModels.llama_model_has_decoder(handle);
    }

    /// <summary>The file the model was loaded from; of a split file, the part that was named.</summary>
    public string Path { get; }

    /// <summary>The options it was loaded with.</summary>
    public ModelOptions Options { get; }

    /// <summary>What lies where: which memory holds the weights, and how many layers a GPU has.</summary>
    public ModelPlacement Placement => _placement ??= PlacementReport.Read(_loadLog, Options);

    /// <summary>How long loading took.</summary>
    public TimeSpan LoadTime { get; }

    /// <summary>The tokenizer.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>The file's scalar metadata as text, by key, with overrides applied; arrays are read with the Gguf namespace.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Architecture, size and type in llama.cpp's words, e.g. <c>llama 7B Q4_K - Medium</c>.</summary>
    public string Description { get; }

    /// <summary>The number of tokens the model was trained to see at once.</summary>
    public int ContextLength { get; }

    /// <summary>The length of a token's hidden state.</summary>
    public int EmbeddingLength { get; }

    /// <summary>The number of transformer layers.</summary>
    public int LayerCount { get; }

    /// <summary>The bytes of all tensors.</summary>
    public long ByteCount { get; }

    /// <summary>The number of weights.</summary>
    public long ParameterCount { get; }

    /// <summary>Whether it encodes input before decoding (T5 and the like).</summary>
    public bool HasEncoder { get; }

    /// <summary>Whether it generates.</summary>
    public bool HasDecoder { get; }

    internal LlamaModelHandle Handle { get; }

    /// <summary>The handle does not tell: it stays open as long as a context refers to it.</summary>
    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>
    /// Loads a GGUF file; of a split file, name the first part. Loading is memory-mapped by default, so a large
    /// model opens at once and is read as it is used.
    /// </summary>
    /// <param name="path">The file; any characters the file system allows.</param>
    /// <param name="options">How to load it; null for the defaults.</param>
    /// <param name="progress">Told the part already loaded, from 0 to 1, on the loading thread.</param>
    /// <param name="cancellationToken">Stops the loading at the next report of progress.</param>
    /// <exception cref="ArgumentException">An option is bad; the exception names it.</exception>
    /// <exception cref="ModelLoadException">The file is missing, is not a valid GGUF file, or holds no model llama.cpp can run.</exception>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">Loading was cancelled.</exception>
    public static LlamaModel Load(
        string path,
        ModelOptions? options = null,
        IProgress<float>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new ModelOptions();
        using var telemetry = new LoadTelemetry(path);
        try
        {
            var loader = new ModelLoader(path, options, progress, cancellationToken);
            LlamaModelHandle handle = loader.Load();
            return new LlamaModel(path, options, handle, loader.Log, telemetry.Elapsed);
        }
        catch (Exception error)
        {
            telemetry.Fail(error);
            throw;
        }
    }

    /// <summary>Loads everything but the weights, to plan by: such a model makes contexts that must not be evaluated.</summary>
    internal static LlamaModel LoadWithoutWeights(string path, ModelOptions options, out IReadOnlyList<string> log,
        CancellationToken cancellationToken)
    {
        var loader = new ModelLoader(path, options, progress: null, cancellationToken) { WithoutWeights = true };
        LlamaModelHandle handle = loader.Load();
        log = loader.Log;
        return new LlamaModel(path, options, handle, loader.Log, TimeSpan.Zero);
    }

    /// <summary><see cref="Load"/> on a pool thread, for callers that must not wait.</summary>
    public static Task<LlamaModel> LoadAsync(
        string path,
        ModelOptions? options = null,
        IProgress<float>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Load(path, options, progress, cancellationToken), cancellationToken);

    /// <summary>The chat template in the file's metadata, a Jinja program; null when the file has none.</summary>
    /// <param name="name">A named variant, e.g. <c>tool_use</c>; null for the default one.</param>
    public unsafe string? GetChatTemplate(string? name = null)
    {
        // The returned text is the model's own; the reference keeps it there while it is copied.
        using var keepAlive = new HandleReference(Handle);
        return NativeText.Read(LlamaModels.llama_model_chat_template(Handle, name));
    }

    /// <summary>Releases the model; contexts made from it keep working until they are disposed themselves.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            using NativeLog.Scope scope = NativeLog.To(Options.Logger);
            Handle.Dispose();
            Vocabulary.Release();
        }
    }
}
