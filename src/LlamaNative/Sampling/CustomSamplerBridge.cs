using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Sampling;

/// <summary>Presents a <see cref="CustomSampler"/> to native code and carries its exceptions around the native frames.</summary>
internal sealed unsafe class CustomSamplerBridge(CustomSampler sampler)
{
    // One table of functions for all custom samplers; native samplers point to it until the process ends.
    private static readonly llama_sampler_i* Functions = CreateFunctions();

    private ExceptionDispatchInfo? _error;

    /// <summary>Makes the native sampler, which owns a reference to this bridge until it is freed.</summary>
    public llama_sampler* CreateNative() =>
        LlamaSamplers.llama_sampler_init(Functions, (void*)GCHandle.ToIntPtr(GCHandle.Alloc(this)));

    /// <summary>Throws what the sampler threw during the last native call.</summary>
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
        Of(native).Guard(static (sampler, list) => sampler.Apply(new TokenCandidates((llama_token_data_array*)list)), (nint)candidates);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Accept(llama_sampler* native, int token) =>
        Of(native).Guard(static (sampler, accepted) => sampler.Accept(accepted), token);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Reset(llama_sampler* native) =>
        Of(native).Guard(static (sampler, _) => sampler.Reset(), 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(llama_sampler* native) => GCHandle.FromIntPtr((nint)native->ctx).Free();
}
