using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Owns a <c>llama_sampler*</c>: a chain with its samplers, or a standalone sampler. Grammar, DRY and infill samplers read the vocabulary,
/// so the handle keeps it alive.
/// </summary>
internal sealed unsafe class SamplerHandle : SafeHandle
{
    private readonly VocabularyHandle _vocabulary;

    public SamplerHandle(llama_sampler* sampler, VocabularyHandle vocabulary)
        : base(0, ownsHandle: true)
    {
        _vocabulary = vocabulary;
        bool added = false;
        vocabulary.DangerousAddRef(ref added);
        SetHandle((nint)sampler);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LlamaSamplers.llama_sampler_free((llama_sampler*)handle);
        _vocabulary.DangerousRelease();
        return true;
    }
}
