namespace LlamaNative.Interop;

/// <summary>
/// A llama.cpp release that this library can run on: how its libraries are recognised, and the functions that differ between releases. The
/// rest of the code uses <see cref="Loaded"/> and the pinned release's structs; a profile converts them. The virtual members here are the
/// pinned release's functions, so that a profile overrides only what differs in its release.
/// </summary>
internal abstract unsafe partial class ReleaseProfile
{
    private static ReleaseProfile? s_loaded;

    /// <summary>The supported releases.</summary>
    public static IReadOnlyList<ReleaseProfile> All { get; } = [new PinnedProfile(), new B10221Profile()];

    /// <summary>The release of the loaded libraries; set once, when they are loaded.</summary>
    public static ReleaseProfile Loaded
    {
        get => Volatile.Read(ref s_loaded) ?? throw new InvalidOperationException("The native library is not loaded.");
        set => Volatile.Write(ref s_loaded, value);
    }

    /// <summary>The name of the release for messages, e.g. <c>llama.cpp v0.4.0</c>.</summary>
    public abstract string Name { get; }

    /// <summary><c>LLAMA_SESSION_VERSION</c>, which changes whenever the format of saved states does.</summary>
    public abstract int StateFormat { get; }

    /// <summary>Whether this release fails an assertion, which ends the process, with every model of an architecture.</summary>
    public virtual bool Aborts(string architecture) => false;

    /// <summary>Whether the libraries say that they are this release; their default parameters are compared next.</summary>
    public abstract bool Matches(NativeVersion version);

    /// <summary>The release as <see cref="NativeLibraryInfo.Version"/> reports it.</summary>
    public abstract string VersionOf(NativeVersion version);

    /// <summary>
    /// The first function whose default parameters are not those of this release, so that no struct may be passed; null if all match.
    /// </summary>
    public abstract string? FindDifference(nint llama);

    public virtual llama_model_params DefaultModelParameters() => llama_model_default_params();

    public virtual nint LoadModel(string path, in llama_model_params parameters) => llama_model_load_from_file(path, parameters);

    public virtual llama_context_params DefaultContextParameters() => llama_context_default_params();

    public virtual nint CreateContext(LlamaModelHandle model, in llama_context_params parameters) =>
        llama_init_from_model(model, parameters);

    public virtual llama_model_quantize_params DefaultQuantizeParameters() => llama_model_quantize_default_params();

    public virtual uint Quantize(string input, string output, llama_model_quantize_params* parameters) =>
        llama_model_quantize(input, output, parameters);

    public virtual llama_sampler* CreatePenalties(int vocabularySize, int lastN, float repeat, float frequency, float presence) =>
        llama_sampler_init_penalties(vocabularySize, lastN, repeat, frequency, presence);

    public virtual llama_sampler* CreateDry(VocabularyHandle vocabulary, float multiplier, float @base, int allowedLength, int lastN,
        byte** breakers, nuint breakerCount) =>
        llama_sampler_init_dry(vocabulary, multiplier, @base, allowedLength, lastN, breakers, breakerCount);
}
