using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// A <c>const llama_vocab*</c>, which is a part of its model: nothing is freed here, but the model is kept alive
/// while a call with this handle is under way or a reference to it is held.
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
