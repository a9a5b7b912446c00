using System.Diagnostics;
using System.Runtime.InteropServices;
using LlamaNative.Contexts;
using LlamaNative.Diagnostics;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>
/// An inference context of a model: its KV cache, compute buffers and threads. It serves one thread at a time; a concurrent
/// call throws <see cref="ContextBusyException"/>. The context keeps the model's weights alive.
/// </summary>
public sealed partial class LlamaContext : IDisposable, IAsyncDisposable
{
    private readonly AbortSignal _abort;
    private readonly EvaluationHook? _hook;
    private readonly ContextWorker _worker;
    private int _owner;
    private int _depth;
    private int _released;
    private bool _counted;

    /// <summary>Creates a context.</summary>
    /// <param name="model">The model; it may be disposed before the context.</param>
    /// <param name="options">Context parameters; null for the defaults.</param>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="ContextCreationException">The options do not suit the model, or memory is insufficient.</exception>
    public LlamaContext(LlamaModel model, ContextOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ObjectDisposedException.ThrowIf(model.IsDisposed, model);
        options ??= new ContextOptions();
        using var keepAlive = new HandleReference(model.Handle);
        llama_context_params parameters = ContextParameters.Create(model, options);

        using NativeLog.Scope scope = NativeLog.To(model.Options.Logger);
        NativeLog.Clear();
        _hook = EvaluationHook.Attach(options.Observer, ref parameters, out GCHandle hook);
        using NativeLog.Recording log = NativeLog.Record(LogLines.CachePrefix);
        nint context;
        lock (model.Handle.AdapterGate)
        {
            context = ReleaseProfile.Loaded.CreateContext(model.Handle, parameters);
        }

        if (context == 0)
        {
            if (hook.IsAllocated)
            {
                hook.Free();
            }

            throw new ContextCreationException("llama.cpp could not create the context." + NativeLog.Tail());
        }

        Model = model;
        Handle = new LlamaContextHandle(context, model.Handle);
        if (hook.IsAllocated)
        {
            Handle.KeepUntilReleased(hook);
        }

        model.Vocabulary.Retain();
        try
        {
            Options = options;
            ContextSize = (int)LlamaContexts.llama_n_ctx(Handle);
            IsEncoder = LlamaContexts.llama_get_memory(Handle) == 0 || model is { HasEncoder: true, HasDecoder: false };
            _positions = PositionTable.Length(model, IsEncoder);
            SequenceSize = Math.Min((int)LlamaContexts.llama_n_ctx_seq(Handle), _positions);
            BatchSize = (int)LlamaContexts.llama_n_batch(Handle);
            MicroBatchSize = (int)LlamaContexts.llama_n_ubatch(Handle);
            PoolingType = (PoolingType)LlamaContexts.llama_pooling_type(Handle);
            _batchLimit = SeesAllTokens(model, options) || IsEncoder || (NeedsAnOutput(model) && HasStreams(options))
                ? MicroBatchSize : BatchSize;
            _outputLimit = OutputMarks.Limit(model, options) is > 0 and var most && !model.HasEncoder ? most : int.MaxValue;
            _marks = new OutputMarks(model.Architecture, MicroBatchSize);
            _outputs = new OutputRows(_batchLimit);
            _encoded = new bool[options.MaxSequences];
            _hasLogits = ModelArchitecture.HasLogits(model.Architecture)
                && !(options.Embeddings && !ModelArchitecture.HasLogitsWithEmbeddings(model.Architecture));
            _mixesSequences = ModelArchitecture.MixesSequences(model.Architecture);
            _forbidsGaps = ModelArchitecture.ForbidsGaps(model.Architecture);
            _sharesTokens = ModelArchitecture.SharesTokens(model.Architecture);
            int cells = options.UnifiedCache ? ContextSize : (int)LlamaContexts.llama_n_ctx_seq(Handle);
            var ledger = new CacheLedger(options.MaxSequences, cells, options.UnifiedCache);
            int window = options.FullSlidingWindowCache ? 0 : LlamaModels.llama_model_n_swa(model.Handle);
            Cache = new KvCache(this, ledger, window) { SizeLines = log.Lines };
            _abort = AbortSignal.For(Handle);
            _worker = new ContextWorker();
            if (options.AttachThreadPool)
            {
                ThreadPools.Attach(Handle, options);
            }

            Count(1);
            _counted = true;
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>The context's model.</summary>
    public LlamaModel Model { get; }

    /// <summary>The options the context was created with.</summary>
    public ContextOptions Options { get; }

    /// <summary>Actual size of the KV cache in tokens.</summary>
    public int ContextSize { get; }

    /// <summary>Maximum length of one sequence in tokens; at most the trained length for a model with a table of positions.</summary>
    public int SequenceSize { get; }

    /// <summary>Maximum number of tokens in one <see cref="Decode"/> call.</summary>
    public int BatchSize { get; }

    /// <summary>Maximum number of tokens computed at once.</summary>
    public int MicroBatchSize { get; }

    /// <summary>How embeddings are pooled.</summary>
    public PoolingType PoolingType { get; }

    /// <summary>The KV cache.</summary>
    public KvCache Cache { get; }

    /// <summary>
    /// Whether every batch is evaluated by itself, without a cache and without a causal mask. llama.cpp's decoder would give T5's encoder
    /// both.
    /// </summary>
    internal bool IsEncoder { get; }

    internal LlamaContextHandle Handle { get; }

    internal ContextWorker Worker => _worker;

    /// <summary>
    /// Releases the context. A call in progress on another thread completes first: the native object is freed when it returns.
    /// A running asynchronous generation is cancelled but not awaited; <see cref="DisposeAsync"/> also waits for it.
    /// </summary>
    public void Dispose()
    {
        _worker.Stop();
        Release();
    }

    /// <summary>Cancels work on the context's thread, waits for it, and releases the context.</summary>
    public async ValueTask DisposeAsync()
    {
        await _worker.StopAsync().ConfigureAwait(false);
        Release();
    }

    /// <summary>
    /// Claims the context for the calling thread, keeps the native object alive and routes the native log to the model's logger
    /// until the lease is disposed. Reentrant: the owning thread may claim the context again.
    /// </summary>
    internal Lease Enter()
    {
        int me = Environment.CurrentManagedThreadId;
        if (Volatile.Read(ref _owner) != me && Interlocked.CompareExchange(ref _owner, me, 0) != 0)
        {
            ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
            throw new ContextBusyException();
        }

        if (_hook is { IsCalling: true })
        {
            throw new InvalidOperationException("The context cannot be used by its observer during an evaluation.");
        }

        _depth++;
        bool added = false;
        try
        {
            Handle.DangerousAddRef(ref added);
        }
        finally
        {
            if (!added)
            {
                Leave();
            }
        }

        return new Lease(this);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            using NativeLog.Scope scope = NativeLog.To(Model.Options.Logger);
            Handle.Dispose();
            Model.Vocabulary.Release();
            if (_counted)
            {
                Count(-1);
            }
        }
    }

    private void Count(int change)
    {
        if (LlamaInstruments.Contexts.Enabled || LlamaInstruments.CacheCapacity.Enabled)
        {
            var tags = new TagList { { LlamaDiagnostics.Provider, LlamaDiagnostics.LlamaCpp },
                { LlamaDiagnostics.Model, LlamaDiagnostics.ModelName(Model.Path) } };
            LlamaInstruments.Contexts.Add(change, tags);
            LlamaInstruments.CacheCapacity.Add((long)change * ContextSize, tags);
        }
    }

    private void Leave()
    {
        if (--_depth == 0)
        {
            Volatile.Write(ref _owner, 0);
        }
    }

    private static bool NeedsAnOutput(LlamaModel model) => ModelArchitecture.NeedsAnOutput(model.Architecture);

    /// <summary>llama.cpp then takes tokens of each sequence in turn, so that the last token of a micro-batch is not known.</summary>
    private static bool HasStreams(ContextOptions options) => options.MaxSequences > 1 && !options.UnifiedCache;

    private static bool SeesAllTokens(LlamaModel model, ContextOptions options) =>
        options.AttentionType == AttentionType.NonCausal
        || (options.AttentionType == AttentionType.FromModel
            && model.Metadata.TryGetValue("general.architecture", out string? architecture)
            && model.Metadata.TryGetValue(architecture + ".attention.causal", out string? causal)
            && causal == "false");

    internal readonly ref struct Lease(LlamaContext context)
    {
        private readonly NativeLog.Scope _scope = NativeLog.To(context.Model.Options.Logger);

        public void Dispose()
        {
            _scope.Dispose();
            context.Handle.DangerousRelease();
            context.Leave();
        }
    }
}
