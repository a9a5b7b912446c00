namespace LlamaNative.Merging;

/// <summary>Options of a merge, in addition to its recipe.</summary>
public sealed record MergeOptions
{
    /// <summary>Paths for the model names in the recipe. A name that is not listed is a path.</summary>
    public IReadOnlyDictionary<string, string> Models { get; init; } = new Dictionary<string, string>();

    /// <summary>The base directory for relative paths; null means the recipe's directory, or the current one.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>
    /// The type to write: F32, F16, BF16, or a llama.cpp quantization such as Q4_K_M. Null uses the recipe's dtype. If it has
    /// none, layer stacks keep their tensors unchanged, and other methods use the models' type (F16 for quantized models).
    /// </summary>
    public string? OutputType { get; init; }

    /// <summary>The model name written to the output; null builds one from the input models' names.</summary>
    public string? Name { get; init; }

    /// <summary>The seed for random methods. The same seed gives the same output for any number of threads.</summary>
    public ulong Seed { get; init; }

    /// <summary>Number of compute threads; null means one per logical processor.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// The position (0 or 1) at which the final norm and the output matrix evaluate gradients. mergekit used 1 until March 2025
    /// and 0 since; the default is 1, because a gradient's end corresponds to the end of the model.
    /// </summary>
    public double PostLayerT { get; init; } = 1;

    /// <summary>
    /// The RoPE base frequency of the output if the models differ: a number, or the name of the model whose value is used. Null uses the
    /// recipe's, which by default rejects models that differ.
    /// </summary>
    public string? RopeFreqBase { get; init; }

    /// <summary>Omits a model from a tensor that it lacks or has in another shape, if the method allows it.</summary>
    public bool AllowSkip { get; init; }

    internal void Validate()
    {
        foreach ((string name, string? path) in OptionCheck.NotNull(Models))
        {
            if (string.IsNullOrEmpty(path))
            {
                throw OptionCheck.Invalid($"Models must have a non-empty path for '{name}'.", nameof(Models));
            }
        }

        OptionCheck.NotEmpty(ModelFolder);
        _ = OutputTypeOption.Parse(OutputType);
        OptionCheck.NotEmpty(Name);
        OptionCheck.NotEmpty(RopeFreqBase);
        if (RopeFreqBase is { } wanted && RopeFrequencyOption.IsNumber(wanted, out float frequency)
            && !RopeFrequencyOption.IsValid(frequency))
        {
            throw OptionCheck.OutOfRange(wanted, RopeFrequencyOption.Expected, nameof(RopeFreqBase));
        }

        OptionCheck.AtLeast(Threads, 1);
        if (PostLayerT is not (0 or 1))
        {
            throw OptionCheck.OutOfRange(PostLayerT, "0 or 1", nameof(PostLayerT));
        }
    }
}
