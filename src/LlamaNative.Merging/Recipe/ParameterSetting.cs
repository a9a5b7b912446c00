using LlamaNative.Merging.Recipe;

namespace LlamaNative.Merging;

/// <summary>
/// A parameter setting in a recipe: one value, a gradient over the layers, or a list of these with filters, of which the first
/// that matches the tensor's name applies.
/// </summary>
public sealed class ParameterSetting
{
    private readonly IReadOnlyList<(string? Filter, ParameterValue? Value)> _entries;

    internal ParameterSetting(IReadOnlyList<(string? Filter, ParameterValue? Value)> entries, int? line = null)
    {
        _entries = entries;
        Line = line;
    }

    internal ParameterSetting(ParameterValue value, int? line = null)
        : this([(null, value)], line)
    {
    }

    /// <summary>The recipe line, if known.</summary>
    internal int? Line { get; }

    /// <summary>The same number for every tensor.</summary>
    public static implicit operator ParameterSetting(double value) => Constant(value);

    /// <summary>The same number for every tensor.</summary>
    public static ParameterSetting Constant(double value) => new(new ConstantValue(Finite(value)));

    /// <summary>The same boolean for every tensor.</summary>
    public static ParameterSetting Constant(bool value) => new(new ConstantValue(value ? 1 : 0));

    /// <summary>The same string for every tensor, such as <c>inv_density</c> for <c>rescale</c>.</summary>
    public static ParameterSetting Constant(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        return new(new ConstantValue(value));
    }

    /// <summary>Numbers spaced evenly over the layers of a slice, with linear interpolation.</summary>
    public static ParameterSetting Gradient(params ReadOnlySpan<double> values)
    {
        double[] copy = [.. values];
        return copy.Length == 0
            ? throw new ArgumentException("A gradient must have at least one value.", nameof(values))
            : new(new GradientValue([.. copy.Select(Finite)]));
    }

    /// <summary>
    /// Settings by tensor: the first one applies whose filter is null, <c>*</c> or a substring of the tensor's Hugging Face or
    /// GGUF name. If none matches, the next less specific level of the recipe applies.
    /// </summary>
    public static ParameterSetting Filtered(params ReadOnlySpan<(string? Filter, ParameterSetting Setting)> settings)
    {
        var entries = new List<(string?, ParameterValue?)>();
        foreach ((string? filter, ParameterSetting setting) in settings)
        {
            ArgumentNullException.ThrowIfNull(setting);
            entries.Add(setting._entries is [(null, { } value)]
                ? (filter, value)
                : throw new ArgumentException("A filtered setting must have values, not nested filters.", nameof(settings)));
        }

        return new(entries);
    }

    /// <summary>The value for a tensor, or null if no filter matches.</summary>
    internal ParameterScalar? Resolve(in TensorName name, TensorPlace place)
    {
        foreach ((string? filter, ParameterValue? value) in _entries)
        {
            if (name.Matches(filter))
            {
                return value?.Resolve(name, place);
            }
        }

        return null;
    }

    private static double Finite(double value) =>
        double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A parameter must be a finite number.");
}
