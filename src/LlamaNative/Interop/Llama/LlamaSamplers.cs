using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: samplers. Every <c>init</c> function returns a sampler that the caller owns until it is added to a chain.</summary>
internal static unsafe partial class LlamaSamplers
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init(llama_sampler_i* iface, void* context);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_sampler_accept(SamplerHandle sampler, int token);

    /// <summary>Overload for a sampler inside a chain that the caller keeps alive.</summary>
    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_sampler_accept(llama_sampler* sampler, int token);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_sampler_apply(SamplerHandle sampler, llama_token_data_array* candidates);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_sampler_reset(SamplerHandle sampler);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_sampler_free(llama_sampler* sampler);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_chain_init(llama_sampler_chain_params parameters);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_sampler_chain_add(SamplerHandle chain, llama_sampler* sampler);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_greedy();

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_dist(uint seed);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_top_k(int k);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_top_p(float p, nuint minKeep);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_min_p(float p, nuint minKeep);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_typical(float p, nuint minKeep);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_temp(float t);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_temp_ext(float t, float delta, float exponent);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_xtc(float p, float t, nuint minKeep, uint seed);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_top_n_sigma(float n);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_mirostat(int vocabularySize, uint seed, float tau, float eta, int m);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_mirostat_v2(uint seed, float tau, float eta);

    [LibraryImport(NativeLibraries.Llama, StringMarshalling = StringMarshalling.Utf8)]
    public static partial llama_sampler* llama_sampler_init_grammar(VocabularyHandle vocab, string grammar, string root);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_adaptive_p(float target, float decay, uint seed);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_logit_bias(int vocabularySize, int count, llama_logit_bias* biases);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial llama_sampler* llama_sampler_init_infill(VocabularyHandle vocab);
}
