using LlamaNative.Merging.Recipe;

namespace LlamaNative.Merging;

/// <summary>
/// What to merge and how, independent of files; corresponds to a mergekit configuration. Read one with <see cref="Load"/> or
/// <see cref="Parse"/>, or create it in code.
/// </summary>
public sealed record MergeRecipe
{
    /// <summary>The merge method.</summary>
    public required MergeMethod Method { get; init; }

    /// <summary>
    /// The slices of the output, in layer order. If empty, <see cref="Models"/> are merged over all their layers.
    /// </summary>
    public IReadOnlyList<MergeSlice> Slices { get; init; } = [];

    /// <summary>The models, merged over all their layers; used if there are no <see cref="Slices"/>.</summary>
    public IReadOnlyList<MergeSource> Models { get; init; } = [];

    /// <summary>The model that deltas are relative to, that slerp starts at, and whose metadata the output uses.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Parameters of the whole merge; slices and sources can override them.</summary>
    public IReadOnlyDictionary<string, ParameterSetting> Parameters { get; init; } = NoParameters;

    /// <summary>The type to write: F32, F16 or BF16; null leaves the choice to <see cref="MergeOptions"/>.</summary>
    public Tensors.GgmlType? OutputType { get; init; }

    /// <summary>How vocabularies are combined; null matches rows by index.</summary>
    public TokenizerRecipe? Tokenizer { get; init; }

    /// <summary>
    /// A chat template: Jinja source, <c>auto</c> for the models' most common one, or a name such as <c>chatml</c>.
    /// </summary>
    public string? ChatTemplate { get; init; }

    /// <summary>
    /// The RoPE base frequency of the output if the models differ: a number, or the model whose value is used. Null rejects models that
    /// differ. <see cref="MergeOptions.RopeFreqBase"/> takes precedence. In YAML <c>rope_freq_base</c>, which mergekit does not have.
    /// </summary>
    public string? RopeFreqBase { get; init; }

    /// <summary>The only model that embeddings come from; null merges them like the first slice.</summary>
    public string? EmbeddingSource { get; init; }

    /// <summary>
    /// The only model that the final norm and the output matrix come from; null merges them like the last slice.
    /// </summary>
    public string? OutputSource { get; init; }

    /// <summary>Warnings of the recipe reader.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The recipe's file, for messages and relative paths; null if it was not read from a file.</summary>
    public string? File { get; init; }

    /// <summary>The recipe's text, which is recorded in the output; null if it was created in code.</summary>
    public string? Text { get; init; }

    /// <summary>The output path set in the recipe itself (older formats only).</summary>
    public string? OutputPath { get; init; }

    /// <summary>The recipe line of <see cref="RopeFreqBase"/>, if known.</summary>
    internal int? RopeFreqBaseLine { get; init; }

    /// <summary>Whether rows that only the first model's vocabulary has are kept (BlockMerge).</summary>
    internal bool KeepsFirstVocabulary { get; init; }

    internal static IReadOnlyDictionary<string, ParameterSetting> NoParameters { get; } = new Dictionary<string, ParameterSetting>();

    /// <summary>
    /// Parses YAML: a mergekit configuration, bakllama's <c>layer_slices</c>, or BlockMerge's <c>operations</c>.
    /// </summary>
    /// <exception cref="MergeException">The text is not a valid recipe; the exception names the line.</exception>
    public static MergeRecipe Parse(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        return RecipeReader.Read(yaml, file: null);
    }

    /// <summary>Reads a file like <see cref="Parse"/>. Model paths are relative to its directory.</summary>
    /// <exception cref="MergeException">The file is not a valid recipe; the exception names the line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static MergeRecipe Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return RecipeReader.Load(path);
    }

    /// <summary>
    /// Parses the command line of mergekit's first version: <c>OUT --merge M --weight w --density d --base-model B --method
    /// ties|linear|slerp --layer-gradient [a,b,…]</c>.
    /// </summary>
    /// <exception cref="MergeException">An option is unknown or conflicts with another.</exception>
    public static MergeRecipe FromCommandLine(params ReadOnlySpan<string> arguments) => LegacyCommandLine.Read(arguments);
}

/// <summary>A range of output layers, made from equally long layer ranges of one or more models.</summary>
public sealed record MergeSlice
{
    /// <summary>The models and their layer ranges.</summary>
    public required IReadOnlyList<MergeSource> Sources { get; init; }

    /// <summary>The base model of this slice, if it differs from the recipe's.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Parameters of this slice.</summary>
    public IReadOnlyDictionary<string, ParameterSetting> Parameters { get; init; } = MergeRecipe.NoParameters;

    /// <summary>The recipe line, if known.</summary>
    internal int? Line { get; init; }
}

/// <summary>A model, or a layer range of it, as an input of a merge.</summary>
public sealed record MergeSource
{
    /// <summary>A name in <see cref="MergeOptions.Models"/>, or a path.</summary>
    public required string Model { get; init; }

    /// <summary>The first layer, counted from 0.</summary>
    public int Start { get; init; }

    /// <summary>The layer after the last one; null means all remaining layers.</summary>
    public int? End { get; init; }

    /// <summary>Parameters of this model.</summary>
    public IReadOnlyDictionary<string, ParameterSetting> Parameters { get; init; } = MergeRecipe.NoParameters;

    /// <summary>The recipe line, if known.</summary>
    internal int? Line { get; init; }
}
