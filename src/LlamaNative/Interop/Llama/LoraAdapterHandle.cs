using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Owns a <c>llama_adapter_lora*</c> and keeps its model alive. The model frees adapters it still lists when it goes, so
/// one that outlived it would be freed twice; with this reference the model never goes first.
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
        // Takes itself off the model's list, which is not guarded by the native side.
        lock (_model.AdapterGate)
        {
            LlamaAdapters.llama_adapter_lora_free(handle);
        }

        _model.DangerousRelease();
        return true;
    }
}
