using LlamaNative.Merging.Planning;

namespace LlamaNative.Merging;

/// <summary>What a merge needs beside its recipe.</summary>
public sealed record MergeOptions
{
    /// <summary>Paths for the names that the recipe calls models by. A name that is not here is a path itself.</summary>
    public IReadOnlyDictionary<string, string> Models { get; init; } = new Dictionary<string, string>();

    /// <summary>The folder that relative paths start from; null for the recipe's own, or the current one.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>
    /// The type to write: F32, F16, BF16, or a quantization by llama.cpp's name such as Q4_K_M. Null takes the recipe's
    /// dtype; without one, layer stacks keep their tensors as they are and everything else is written as the models
    /// are, quantized ones in F16.
    /// </summary>
    public string? OutputType { get; init; }

    /// <summary>The name recorded in the output; null for one made of the models' names.</summary>
    public string? Name { get; init; }

    /// <summary>Where the random methods start. The same seed gives the same output, whatever the threads.</summary>
    public ulong Seed { get; init; }

    /// <summary>Threads to compute with; null for one per processor.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Where the final norm and the output matrix read gradients, 0 or 1. mergekit used 1 until March 2025 and 0 since;
    /// a gradient's end is meant for the model's end, so 1 it is here.
    /// </summary>
    public double PostLayerT { get; init; } = 1;

    /// <summary>Leaves a model out of a tensor that it lacks or has in another shape, where the method can do without it.</summary>
    public bool AllowSkip { get; init; }

    internal void Validate()
    {
        foreach ((string name, string? path) in OptionCheck.NotNull(Models))
        {
            if (string.IsNullOrEmpty(path))
            {
                throw OptionCheck.Invalid($"Models has no path for '{name}'.", nameof(Models));
            }
        }

        OptionCheck.NotEmpty(ModelFolder);
        _ = OutputTypeOption.Parse(OutputType);
        OptionCheck.NotEmpty(Name);
        OptionCheck.AtLeast(Threads, 1);
        if (PostLayerT is not (0 or 1))
        {
            throw OptionCheck.OutOfRange(PostLayerT, "0 or 1", nameof(PostLayerT));
        }
    }
}
