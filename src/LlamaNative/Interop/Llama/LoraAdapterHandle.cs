using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Owns a <c>llama_adapter_lora*</c> and keeps its model alive. A model frees its remaining adapters when it is freed, so an adapter must
/// be freed before its model to avoid a double free.
/// </summary>
internal sealed class LoraAdapterHandle : SafeHandle
{
    private readonly LlamaModelHandle _model;

    /// <summary>Takes ownership of <paramref name="adapter"/> and a reference to <paramref name="model"/>.</summary>
    public LoraAdapterHandle(nint adapter, LlamaModelHandle model)
        : base(0, ownsHandle: true)
    {
        _model = model;
        bool added = false;
        model.DangerousAddRef(ref added);
        SetHandle(adapter);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        // Removes the adapter from the model's list, which has no lock on the native side.
        lock (_model.AdapterGate)
        {
            LlamaAdapters.llama_adapter_lora_free(handle);
        }

        _model.DangerousRelease();
        return true;
    }
}
