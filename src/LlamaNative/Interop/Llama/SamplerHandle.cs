using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Owns a <c>llama_sampler*</c>: a chain with everything in it, or a sampler that belongs to no chain. Grammar, DRY
/// and infill samplers read the vocabulary, so it is kept alive as long as they are.
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
