using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>Owns a <c>llama_model*</c>. Contexts and vocabularies hold a reference, so the model outlives them all.</summary>
internal sealed class LlamaModelHandle : SafeHandle
{
    public LlamaModelHandle(nint model)
        : base(0, ownsHandle: true) => SetHandle(model);

    /// <summary>
    /// Guards the model's list of LoRA adapters: loading and freeing one changes it, and a context that reserves its
    /// graphs counts through it.
    /// </summary>
    public Lock AdapterGate { get; } = new();

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LlamaModels.llama_model_free(handle);
        return true;
    }
}
