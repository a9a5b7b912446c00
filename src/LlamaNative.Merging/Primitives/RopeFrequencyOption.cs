using System.Globalization;

namespace LlamaNative.Merging;

/// <summary>Reads a RoPE base frequency that may be a number or the name of a model.</summary>
internal static class RopeFrequencyOption
{
    /// <summary>What a valid value is, for errors.</summary>
    public const string Expected = "a positive number or a model";

    /// <summary>Whether the text is a number; otherwise it names a model.</summary>
    public static bool IsNumber(string text, out float value) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    public static bool IsValid(float value) => float.IsFinite(value) && value > 0;
}
