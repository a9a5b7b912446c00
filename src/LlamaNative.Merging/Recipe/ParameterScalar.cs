using System.Globalization;

namespace LlamaNative.Merging.Recipe;

/// <summary>A parameter's value for one tensor: a number (booleans are 1 and 0) or a string.</summary>
internal readonly record struct ParameterScalar(double Number, string? Text = null)
{
    /// <summary>The recipe line that sets it, if known.</summary>
    public int? Line { get; init; }

    public static implicit operator ParameterScalar(double number) => new(number);

    public static implicit operator ParameterScalar(string text) => new(double.NaN, text);

    public override string ToString() => Text ?? Number.ToString("0.######", CultureInfo.InvariantCulture);
}
