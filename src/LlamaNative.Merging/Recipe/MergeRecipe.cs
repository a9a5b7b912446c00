using LlamaNative.Merging.Recipe;

namespace LlamaNative.Merging;

/// <summary>
/// What to merge and how, independent of the files: mergekit's configuration. Read one with
/// <see cref="Load"/> or <see cref="Parse"/>, or write it in code.
/// </summary>
public sealed record MergeRecipe
{
    /// <summary>The method.</summary>
    public required MergeMethod Method { get; init; }

    /// <summary>
    /// The output's layers in order, slice by slice. Empty takes <see cref="Models"/> over all their layers.
    /// </summary>
    public IReadOnlyList<MergeSlice> Slices { get; init; } = [];

    /// <summary>The models, over all their layers, where there are no <see cref="Slices"/>.</summary>
    public IReadOnlyList<MergeSource> Models { get; init; } = [];

    /// <summary>The model that changes are counted from, that slerp starts at, and whose metadata the output takes.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Parameters of the whole merge, which slices and sources may narrow.</summary>
    public IReadOnlyDictionary<string, ParameterSetting> Parameters { get; init; } = NoParameters;

    /// <summary>The type to write: F32, F16 or BF16; null leaves it to <see cref="MergeOptions"/>.</summary>
    public Tensors.GgmlType? OutputType { get; init; }

    /// <summary>How vocabularies are brought together; null matches rows by number.</summary>
    public TokenizerRecipe? Tokenizer { get; init; }

    /// <summary>A chat template, <c>auto</c> for the most common among the models, or a name such as <c>chatml</c>.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>The model that embeddings come from, alone; null merges them like the first slice.</summary>
    public string? EmbeddingSource { get; init; }

    /// <summary>The model that the final norm and the output matrix come from, alone; null merges them like the last slice.</summary>
    public string? OutputSource { get; init; }

    /// <summary>What the reader thought odd but harmless.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Where it was read from, for messages and relative paths.</summary>
    public string? File { get; init; }

    /// <summary>The text it was read from, which is recorded in the output.</summary>
    public string? Text { get; init; }

    /// <summary>Where the recipe itself says the output goes (the older forms do).</summary>
    public string? OutputPath { get; init; }

    /// <summary>Rows that only the first model's vocabulary has are its own (BlockMerge).</summary>
    internal bool KeepsFirstVocabulary { get; init; }

    internal static IReadOnlyDictionary<string, ParameterSetting> NoParameters { get; } = new Dictionary<string, ParameterSetting>();

    /// <summary>
    /// Reads YAML: mergekit's configuration, bakllama's <c>layer_slices</c>, or BlockMerge's <c>operations</c>.
    /// </summary>
    /// <exception cref="MergeException">It is no such recipe; names the line.</exception>
    public static MergeRecipe Parse(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        return RecipeReader.Read(yaml, file: null);
    }

    /// <summary>Reads a file as <see cref="Parse"/> does; model paths are relative to its folder.</summary>
    /// <exception cref="MergeException">The file is no recipe; names the line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static MergeRecipe Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return RecipeReader.Load(path);
    }

    /// <summary>
    /// Reads the command line of mergekit's first version: <c>OUT --merge M --weight w --density d --base-model B
    /// --method ties|linear|slerp --layer-gradient [a,b,…]</c>.
    /// </summary>
    /// <exception cref="MergeException">An option is unknown or contradicts another.</exception>
    public static MergeRecipe FromCommandLine(params ReadOnlySpan<string> arguments) => LegacyCommandLine.Read(arguments);
}

/// <summary>A run of output layers, made from equally many layers of one or more models.</summary>
public sealed record MergeSlice
{
    /// <summary>The models and their layers.</summary>
    public required IReadOnlyList<MergeSource> Sources { get; init; }

    /// <summary>The base model of this slice, where it is another than the recipe's.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Parameters of this slice.</summary>
    public IReadOnlyDictionary<string, ParameterSetting> Parameters { get; init; } = MergeRecipe.NoParameters;

    /// <summary>The line of the recipe it comes from.</summary>
    internal int? Line { get; init; }
}

/// <summary>A model, or some of its layers, as part of a merge.</summary>
public sealed record MergeSource
{
    /// <summary>The model: an alias of <see cref="MergeOptions.Models"/> or a path.</summary>
    public required string Model { get; init; }

    /// <summary>The first layer; counted from 0.</summary>
    public int Start { get; init; }

    /// <summary>The layer behind the last; null for all.</summary>
    public int? End { get; init; }

    /// <summary>Parameters of this model.</summary>
    public IReadOnlyDictionary<string, ParameterSetting> Parameters { get; init; } = MergeRecipe.NoParameters;

    /// <summary>The line of the recipe it comes from.</summary>
    internal int? Line { get; init; }
}
