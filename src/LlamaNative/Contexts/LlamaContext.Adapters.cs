using LlamaNative.Contexts;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>A LoRA adapter and its scale: the weight change B·A·alpha/rank is multiplied by the scale.</summary>
/// <param name="Adapter">The adapter.</param>
/// <param name="Scale">The factor. 0 disables the adapter; negative values invert its change.</param>
public readonly record struct ScaledLora(LoraAdapter Adapter, float Scale = 1);

public sealed unsafe partial class LlamaContext
{
    private ScaledLora[]? _loras;
    private bool _controlVectorBroken;
    private bool _adaptersChanged;

    /// <summary>The LoRA adapters in use.</summary>
    public IReadOnlyList<ScaledLora> LoraAdapters => _loras ?? [];

    /// <summary>The control vector in use, or null.</summary>
    public ControlVector? ControlVector { get; private set; }

    /// <summary>The layers that the control vector applies to; meaningless without one.</summary>
    internal (int First, int Last) ControlVectorLayers { get; private set; }

    /// <summary>
    /// Replaces the LoRA adapters in use; the changes of several adapters add up, and an empty list restores the base model.
    /// Cheap, because no weight is modified: each matrix product gains a low-rank product.
    /// </summary>
    /// <remarks>
    /// Entries already in the KV cache remain valid, so a running generation continues with the new adapters, but later prompts
    /// do not reuse them (<see cref="KvCache.GetCommonPrefix"/> returns 0). The context keeps the adapters alive.
    /// </remarks>
    /// <exception cref="ArgumentException">An adapter is null, occurs twice or belongs to another model, or a scale is not
    /// finite.</exception>
    /// <exception cref="ObjectDisposedException">An adapter or the context is disposed.</exception>
    public void SetLoraAdapters(params ReadOnlySpan<ScaledLora> adapters)
    {
        Check(adapters);
        using Lease lease = Enter();
        bool changes = !SameEffect(adapters, _loras);
        LoraAdapterHandle[] referenced = Reference(adapters);
        nint[] pointers = Array.ConvertAll(referenced, handle => handle.DangerousGetHandle());
        float[] scales = new float[adapters.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            scales[i] = adapters[i].Scale;
        }

        // The pointers remain valid: the context's handle takes over the references acquired above.
        fixed (nint* pointer = pointers)
        fixed (float* scale = scales)
        {
            _ = LlamaAdapters.llama_set_adapters_lora(Handle, pointer, (nuint)pointers.Length, scale);
        }

        Handle.KeepAdapters(referenced);
        _loras = adapters.ToArray();
        NoteAdapters(changes);
    }

    /// <summary>
    /// Adds a direction to the hidden state after each layer (representation engineering, arXiv:2310.01405); null removes it.
    /// The cache is treated as by <see cref="SetLoraAdapters"/>. llama.cpp ignores control vectors in encoders and in a few
    /// decoders.
    /// </summary>
    /// <param name="vector">One direction per layer, or null.</param>
    /// <param name="firstLayer">The first layer to apply it to. Layers count from 0; layer 0 has no direction.</param>
    /// <param name="lastLayer">The last layer to apply it to; null means the model's last.</param>
    /// <exception cref="ArgumentException">The vector's length differs from the model's hidden size, or it has a direction for
    /// a layer that the model lacks.</exception>
    public void SetControlVector(ControlVector? vector, int firstLayer = 1, int? lastLayer = null)
    {
        int last = lastLayer ?? Model.LayerCount - 1;
        if (vector is not null)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(firstLayer, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(last, Math.Max(Model.LayerCount - 1, 1), nameof(lastLayer));
            ArgumentOutOfRangeException.ThrowIfLessThan(last, Math.Min(firstLayer, Model.LayerCount - 1), nameof(lastLayer));
        }

        // Write all layers: for layers missing in a shorter vector llama.cpp would keep the previous direction.
        float[]? data = vector?.ToDense(Model.EmbeddingLength, Model.LayerCount);
        using Lease lease = Enter();
        if (_controlVectorBroken)
        {
            throw new LlamaException(
                "Memory for an earlier control vector could not be allocated, after which llama.cpp accepts none on this context. "
                + "Create a new context.");
        }

        // Wait for running computation, which may still read the directions that are overwritten here.
        LlamaContexts.llama_synchronize(Handle);
        NativeLog.Clear();
        fixed (float* pointer = data)
        {
            int code = LlamaAdapters.llama_set_adapter_cvec(Handle, pointer, (nuint)(data?.Length ?? 0),
                Model.EmbeddingLength, firstLayer, last);
            if (code != 0)
            {
                _controlVectorBroken = true;
                throw new LlamaException("llama.cpp could not set the control vector." + NativeLog.Tail());
            }
        }

        bool changes = vector is not null || ControlVector is not null;
        ControlVector = vector;
        ControlVectorLayers = (firstLayer, last);
        NoteAdapters(changes);
    }

    private void NoteAdapters(bool changes)
    {
        _adaptersChanged = true;
        if (changes)
        {
            Cache.Ledger.MarkStale();
        }
    }

    /// <summary>
    /// The first evaluation after a change reserves its graphs again, and their size depends on the number of adapters.
    /// </summary>
    private LlamaDecodeStatus EvaluateWithNewAdapters(in llama_batch batch, bool encode)
    {
        lock (Model.Handle.AdapterGate)
        {
            _adaptersChanged = false;
            return Evaluate(batch, encode);
        }
    }

    private void Check(ReadOnlySpan<ScaledLora> adapters)
    {
        for (int i = 0; i < adapters.Length; i++)
        {
            LoraAdapter adapter = adapters[i].Adapter ?? throw new ArgumentException($"Adapter {i} is null.", nameof(adapters));
            ObjectDisposedException.ThrowIf(adapter.IsDisposed, adapter);
            if (!ReferenceEquals(adapter.Model.Handle, Model.Handle))
            {
                throw new ArgumentException($"The adapter '{adapter.Path}' was loaded for a model other than the context's.",
                    nameof(adapters));
            }

            if (!float.IsFinite(adapters[i].Scale))
            {
                throw new ArgumentException(
                    $"The scale of the adapter '{adapter.Path}' is {adapters[i].Scale}; it must be finite.", nameof(adapters));
            }

            for (int other = 0; other < i; other++)
            {
                if (ReferenceEquals(adapters[other].Adapter, adapter))
                {
                    throw new ArgumentException($"The adapter '{adapter.Path}' is listed twice; list it once.", nameof(adapters));
                }
            }
        }
    }

    private static LoraAdapterHandle[] Reference(ReadOnlySpan<ScaledLora> adapters)
    {
        var referenced = new List<LoraAdapterHandle>(adapters.Length);
        try
        {
            foreach (ScaledLora lora in adapters)
            {
                bool added = false;
                lora.Adapter.Handle.DangerousAddRef(ref added);
                referenced.Add(lora.Adapter.Handle);
            }
        }
        catch
        {
            referenced.ForEach(handle => handle.DangerousRelease());
            throw;
        }

        return [.. referenced];
    }

    private static bool SameEffect(ReadOnlySpan<ScaledLora> left, ReadOnlySpan<ScaledLora> right) =>
        left.ToArray().Where(lora => lora.Scale != 0).ToHashSet().SetEquals(right.ToArray().Where(lora => lora.Scale != 0));
}
