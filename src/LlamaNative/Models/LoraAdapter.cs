using LlamaNative.Interop;

namespace LlamaNative.Models;

/// <summary>
/// A LoRA adapter (arXiv:2106.09685) loaded for a model. For each target weight W it has two low-rank matrices A and B, which change the
/// weight to W + scale·alpha/rank·B·A. Apply it to a context with <see cref="LlamaContext.SetLoraAdapters"/>. The adapter keeps the model's
/// weights alive, and contexts that use the adapter keep it alive.
/// </summary>
public sealed unsafe class LoraAdapter : IDisposable
{
    private volatile bool _disposed;

    private LoraAdapter(LlamaModel model, string path, LoraFile file, LoraAdapterHandle handle)
    {
        Model = model;
        Path = path;
        Handle = handle;
        Alpha = file.Alpha;
        Targets = file.Targets;
        InvocationTokens = file.InvocationTokens;
        Metadata = ReadMetadata(handle);
    }

    /// <summary>The model the adapter was loaded for.</summary>
    public LlamaModel Model { get; }

    /// <summary>The path of the file the adapter was loaded from.</summary>
    public string Path { get; }

    /// <summary>
    /// The alpha in alpha/rank; null if it is 0 or not in the file, in which case the product is not scaled by alpha/rank.
    /// </summary>
    public float? Alpha { get; }

    /// <summary>The rank of the change to each target weight, by the weight's name.</summary>
    public IReadOnlyDictionary<string, int> Targets { get; }

    /// <summary>
    /// For an activated LoRA (aLoRA), the tokens after which the adapter should be active; empty for other adapters. The caller has to
    /// activate the adapter.
    /// </summary>
    public IReadOnlyList<int> InvocationTokens { get; }

    /// <summary>The file's scalar metadata as strings, by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    internal LoraAdapterHandle Handle { get; }

    /// <summary>Whether the adapter was disposed. The handle may still be open, because contexts refer to it.</summary>
    internal bool IsDisposed => _disposed;

    /// <summary>Loads an adapter from a GGUF file written by llama.cpp's convert_lora_to_gguf.py.</summary>
    /// <exception cref="AdapterException">The file is missing, is not a LoRA adapter, or does not match the model.</exception>
    public static LoraAdapter Load(LlamaModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var keepAlive = new HandleReference(model.Handle);
        LoraFile file = LoraFile.Check(model, path);
        return new LoraAdapter(model, path, file, LoadNative(model, path));
    }

    /// <summary>Runs <see cref="Load"/> on a thread pool thread.</summary>
    public static Task<LoraAdapter> LoadAsync(LlamaModel model, string path, CancellationToken cancellationToken = default) =>
        Task.Run(() => Load(model, path), cancellationToken);

    /// <summary>Releases the adapter. Contexts that use it keep it alive.</summary>
    public void Dispose()
    {
        _disposed = true;
        Handle.Dispose();
    }

    private static LoraAdapterHandle LoadNative(LlamaModel model, string path)
    {
        lock (model.Handle.AdapterGate)
        {
            using NativeLog.Scope scope = NativeLog.To(model.Options.Logger);
            NativeLog.Clear();
            nint adapter = LlamaAdapters.llama_adapter_lora_init(model.Handle, path);
            return adapter != 0
                ? new LoraAdapterHandle(adapter, model.Handle)
                : throw new AdapterException(path, "llama.cpp could not load it." + NativeLog.Tail());
        }
    }

    private static Dictionary<string, string> ReadMetadata(LoraAdapterHandle handle)
    {
        int count = LlamaAdapters.llama_adapter_meta_count(handle);
        var metadata = new Dictionary<string, string>(count);
        for (int i = 0; i < count; i++)
        {
            string? key = NativeText.Read((buffer, size) => LlamaAdapters.llama_adapter_meta_key_by_index(handle, i, (byte*)buffer, size));
            string? value = NativeText.Read(
                (buffer, size) => LlamaAdapters.llama_adapter_meta_val_str_by_index(handle, i, (byte*)buffer, size));
            if (key is not null && value is not null)
            {
                metadata[key] = value;
            }
        }

        return metadata;
    }
}
