using LlamaNative.Diagnostics;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>
/// A model's weights, vocabulary and metadata. Safe to use from any number of threads and contexts. The native memory is freed when the
/// model and all contexts created from it are disposed, in any order.
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
        Architecture = Metadata.GetValueOrDefault("general.architecture", "");
        HasEncoder = LlamaModels.llama_model_has_encoder(handle);
        HasDecoder = LlamaModels.llama_model_has_decoder(handle);
        IsRecurrent = LlamaModels.llama_model_is_recurrent(handle);
        IsHybrid = LlamaModels.llama_model_is_hybrid(handle);
        IsDiffusion = LlamaModels.llama_model_is_diffusion(handle);
        int start = LlamaModels.llama_model_decoder_start_token(handle);
        DecoderStartToken = !IsEncoderDecoder ? null : (uint)start < (uint)Vocabulary.Count ? start : Vocabulary.Bos;
    }

    /// <summary>The path of the file the model was loaded from; for a split model, the path passed to <see cref="Load"/>.</summary>
    public string Path { get; }

    /// <summary>The options the model was loaded with.</summary>
    public ModelOptions Options { get; }

    /// <summary>The memory that contains the weights, and the number of layers offloaded to GPUs.</summary>
    public ModelPlacement Placement => _placement ??= PlacementReport.Read(_loadLog, Options);

    /// <summary>The time it took to load the model.</summary>
    public TimeSpan LoadTime { get; }

    /// <summary>The vocabulary and tokenizer.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>The scalar metadata as strings, by key, with overrides applied. Read arrays with <c>GgufFile</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Architecture, size and file type in llama.cpp's format, e.g. <c>llama 7B Q4_K - Medium</c>.</summary>
    public string Description { get; }

    /// <summary>The context length the model was trained with, in tokens.</summary>
    public int ContextLength { get; }

    /// <summary>The length of a token's embedding (hidden state).</summary>
    public int EmbeddingLength { get; }

    /// <summary>The number of transformer layers.</summary>
    public int LayerCount { get; }

    /// <summary>The total size of all tensors in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>The number of parameters.</summary>
    public long ParameterCount { get; }

    /// <summary>The architecture in the metadata, e.g. <c>llama</c>; empty if missing.</summary>
    public string Architecture { get; }

    /// <summary>
    /// Whether the model continues text token by token, so that <see cref="TextGenerator"/> and <see cref="ChatSession"/> work with it.
    /// False for embedding models, diffusion models, and models of sound or for speculation that need a host of their own.
    /// </summary>
    public bool GeneratesText => ModelArchitecture.GeneratesText(Architecture);

    /// <summary>
    /// Whether llama.cpp counts the model as having an encoder. True for the T5 family; false for BERT, which is nothing else.
    /// </summary>
    public bool HasEncoder { get; }

    /// <summary>
    /// Whether llama.cpp counts the model as having a decoder. Also true for BERT; <see cref="GeneratesText"/> says whether a model
    /// can generate.
    /// </summary>
    public bool HasDecoder { get; }

    /// <summary>Whether an encoder reads the prompt and a decoder generates, as in the T5 family.</summary>
    public bool IsEncoderDecoder => HasEncoder && HasDecoder && GeneratesText;

    /// <summary>
    /// The token with which the decoder of an encoder-decoder begins: the metadata's, or else <see cref="Vocabulary.Bos"/>. Null if there
    /// is neither, and for other models.
    /// </summary>
    public int? DecoderStartToken { get; }

    /// <summary>Whether the model has a recurrent state instead of a KV cache, such as Mamba and RWKV.</summary>
    public bool IsRecurrent { get; }

    /// <summary>Whether the model has both recurrent and attention layers, such as Jamba.</summary>
    public bool IsHybrid { get; }

    /// <summary>Whether the model generates by filling in masked tokens in any order, such as LLaDA and Dream.</summary>
    public bool IsDiffusion { get; }

    internal LlamaModelHandle Handle { get; }

    /// <summary>Whether the model was disposed. The handle may still be open, because contexts refer to it.</summary>
    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>
    /// Loads a model from a GGUF file. For a split model, pass any part. By default the file is memory-mapped, so loading is fast and
    /// weights are read from disk on first use.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Receives the fraction loaded, from 0 to 1, on the loading thread.</param>
    /// <param name="cancellationToken">Cancels loading at the next progress report.</param>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="ModelLoadException">The file is missing, is not a valid GGUF file, or does not contain a model that llama.cpp
    /// supports.</exception>
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

    /// <summary>Loads everything except the weights, for planning. Contexts of such a model must not be evaluated.</summary>
    internal static LlamaModel LoadWithoutWeights(string path, ModelOptions options, out IReadOnlyList<string> log,
        CancellationToken cancellationToken)
    {
        var loader = new ModelLoader(path, options, progress: null, cancellationToken) { WithoutWeights = true };
        LlamaModelHandle handle = loader.Load();
        log = loader.Log;
        return new LlamaModel(path, options, handle, loader.Log, TimeSpan.Zero);
    }

    /// <summary>Runs <see cref="Load"/> on a thread pool thread.</summary>
    public static Task<LlamaModel> LoadAsync(
        string path,
        ModelOptions? options = null,
        IProgress<float>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Load(path, options, progress, cancellationToken), cancellationToken);

    /// <summary>Returns the chat template (Jinja) in the metadata; null if there is none.</summary>
    /// <param name="name">The name of a variant, e.g. <c>tool_use</c>; null for the default template.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public unsafe string? GetChatTemplate(string? name = null)
    {
        // The model owns the returned string; the reference keeps it alive while it is copied.
        using var keepAlive = new HandleReference(Handle);
        return NativeText.Read(LlamaModels.llama_model_chat_template(Handle, name));
    }

    /// <summary>Releases the model. Contexts created from it remain usable until they are disposed.</summary>
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
