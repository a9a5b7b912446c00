using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// A <c>const llama_vocab*</c>, which belongs to its model and is not freed separately. The handle keeps the model alive.
/// </summary>
internal sealed class VocabularyHandle : SafeHandle
{
    private readonly LlamaModelHandle _model;

    public VocabularyHandle(LlamaModelHandle model)
        : base(0, ownsHandle: true)
    {
        _model = model;
        bool added = false;
        model.DangerousAddRef(ref added);
        SetHandle(LlamaModels.llama_model_get_vocab(model));
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _model.DangerousRelease();
        return true;
    }
}
