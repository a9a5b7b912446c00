using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Sampling;

/// <summary>
/// Exposes a <see cref="CustomSampler"/> to native code, validates the candidates it returns, and carries its exceptions past
/// native frames.
/// </summary>
internal sealed unsafe class CustomSamplerBridge(CustomSampler sampler, int vocabularySize)
{
    // One function table for all custom samplers; native samplers point to it until the process exits.
    private static readonly llama_sampler_i* s_functions = CreateFunctions();

    private ExceptionDispatchInfo? _error;

    /// <summary>Creates the native sampler, which holds a reference to this bridge until it is freed.</summary>
    public llama_sampler* CreateNative() =>
        LlamaSamplers.llama_sampler_init(s_functions, (void*)GCHandle.ToIntPtr(GCHandle.Alloc(this)));

    /// <summary>Rethrows the exception that the sampler threw during the last native call.</summary>
    public void ThrowPending()
    {
        if (_error is { } error)
        {
            _error = null;
            error.Throw();
        }
    }

    private static llama_sampler_i* CreateFunctions()
    {
        var functions = (llama_sampler_i*)NativeMemory.AllocZeroed((nuint)sizeof(llama_sampler_i));
        functions->accept = &Accept;
        functions->apply = &Apply;
        functions->reset = &Reset;
        functions->free = &Free;
        return functions;
    }

    private static CustomSamplerBridge Of(llama_sampler* sampler) =>
        (CustomSamplerBridge)GCHandle.FromIntPtr((nint)sampler->ctx).Target!;

    private void Apply(llama_token_data_array* candidates)
    {
        try
        {
            var list = new TokenCandidates(candidates);
            sampler.Apply(list);
            Check(list);
        }
        catch (Exception error)
        {
            _error ??= ExceptionDispatchInfo.Capture(error);

            // The candidates may be invalid and the following samplers are native: replace them with a valid list.
            *candidates->data = new llama_token_data { logit = 1 };
            candidates->size = 1;
            candidates->selected = 0;
        }
    }

    private void Check(TokenCandidates candidates)
    {
        foreach (TokenCandidate item in candidates.Items)
        {
            if ((uint)item.Token >= (uint)vocabularySize || !(item.Logit < float.PositiveInfinity))
            {
                throw new LlamaException(
                    $"The sampler {sampler.GetType().Name} returned a candidate with token {item.Token} and logit {item.Logit}; "
                    + $"tokens run from 0 to {vocabularySize - 1}, and a logit must be finite or negative infinity.");
            }
        }
    }

    private void Guard<T>(Action<CustomSampler, T> call, T argument)
    {
        try
        {
            call(sampler, argument);
        }
        catch (Exception error)
        {
            _error ??= ExceptionDispatchInfo.Capture(error);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Apply(llama_sampler* native, llama_token_data_array* candidates) =>
        Of(native).Apply(candidates);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Accept(llama_sampler* native, int token) =>
        Of(native).Guard(static (sampler, accepted) => sampler.Accept(accepted), token);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Reset(llama_sampler* native) =>
        Of(native).Guard(static (sampler, _) => sampler.Reset(), 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(llama_sampler* native) => GCHandle.FromIntPtr((nint)native->ctx).Free();
}
