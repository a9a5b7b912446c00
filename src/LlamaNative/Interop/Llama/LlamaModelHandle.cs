using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>Owns a <c>llama_model*</c>. Contexts and vocabularies have a reference, so the model is freed after them.</summary>
internal sealed class LlamaModelHandle : SafeHandle
{
    public LlamaModelHandle(nint model)
        : base(0, ownsHandle: true) => SetHandle(model);

    /// <summary>
    /// Protects the model's list of LoRA adapters. Loading and freeing an adapter modify the list, and a context reads it when it reserves
    /// its graphs.
    /// </summary>
    public Lock AdapterGate { get; } = new();

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LlamaModels.llama_model_free(handle);
        return true;
    }
}
