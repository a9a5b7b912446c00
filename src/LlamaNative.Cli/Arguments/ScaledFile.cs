using System.Globalization;

namespace LlamaNative.Cli.Arguments;

/// <summary>A file and a factor, written FILE or FILE:SCALE.</summary>
internal sealed record ScaledFile(string Path, float Scale)
{
    /// <summary>Reads the text; null if what follows the last colon is neither a scale nor a part of the path.</summary>
    public static ScaledFile? Parse(string text)
    {
        // A colon can belong to the path: after the drive in C:\a.gguf, or in a file's name on Linux.
        int colon = text.LastIndexOf(':');
        bool isDrive = colon == 1 && char.IsAsciiLetter(text[0]);
        if (colon < 0 || isDrive || File.Exists(text))
        {
            return text.Length == 0 ? null : new ScaledFile(text, 1);
        }

        ReadOnlySpan<char> rest = text.AsSpan(colon + 1);
        if (float.TryParse(rest, NumberStyles.Float, CultureInfo.InvariantCulture, out float scale))
        {
            return colon > 0 && float.IsFinite(scale) ? new ScaledFile(text[..colon], scale) : null;
        }

        return rest.ContainsAny('/', '\\') ? new ScaledFile(text, 1) : null;
    }
}
