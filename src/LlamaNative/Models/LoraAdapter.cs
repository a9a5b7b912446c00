using LlamaNative.Interop;

namespace LlamaNative.Models;

/// <summary>
/// A LoRA adapter (arXiv:2106.09685) in memory, made for one model: for some of its weights W two thin matrices whose
/// product is added, W + scale·alpha/rank·B·A. Contexts use it with <see cref="LlamaContext.SetLoraAdapters"/>.
/// It keeps the model's weights alive, and contexts that use it keep it alive.
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

    /// <summary>The model it was loaded for.</summary>
    public LlamaModel Model { get; }

    /// <summary>The file it was loaded from.</summary>
    public string Path { get; }

    /// <summary>The alpha of alpha/rank; null when the file has none or 0, and the product is then not scaled by rank.</summary>
    public float? Alpha { get; }

    /// <summary>The weights it changes and the rank of each change, by the weight's name.</summary>
    public IReadOnlyDictionary<string, int> Targets { get; }

    /// <summary>
    /// Of an activated LoRA (aLoRA) the tokens behind which its makers mean it to act; empty for an ordinary one. When to
    /// switch it on is the caller's business.
    /// </summary>
    public IReadOnlyList<int> InvocationTokens { get; }

    /// <summary>The file's scalar metadata as text, by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    internal LoraAdapterHandle Handle { get; }

    /// <summary>Whether it was disposed; its handle does not tell while a context holds it.</summary>
    internal bool IsDisposed => _disposed;

    /// <summary>Loads an adapter in GGUF form, as llama.cpp's convert_lora_to_gguf.py writes it.</summary>
    /// <exception cref="AdapterException">The file is missing, is no LoRA adapter, or was made for a model of other shapes.</exception>
    public static LoraAdapter Load(LlamaModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var keepAlive = new HandleReference(model.Handle);
        LoraFile file = LoraFile.Check(model, path);
        return new LoraAdapter(model, path, file, LoadNative(model, path));
    }

    /// <summary><see cref="Load"/> on a pool thread.</summary>
    public static Task<LoraAdapter> LoadAsync(LlamaModel model, string path, CancellationToken cancellationToken = default) =>
        Task.Run(() => Load(model, path), cancellationToken);

    /// <summary>Releases the adapter; a context that uses it goes on with it.</summary>
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
