using System.Globalization;

namespace DesktopChat.Settings;

/// <summary>A LoRA adapter in the settings: its file, and the factor of its change to the model.</summary>
internal readonly record struct LoraFile(string Path, float Scale)
{
    /// <summary>Reads FILE or FILE:SCALE; null if it is neither, or if the path is not absolute.</summary>
    public static LoraFile? Parse(string text)
    {
        // The colon of C:\a.gguf, or one in a file's name, does not separate a number.
        int colon = text.LastIndexOf(':');
        string path = text;
        float scale = 1;
        if (colon > 1 && float.TryParse(text.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out float given))
        {
            (path, scale) = (text[..colon], given);
        }

        bool isPath = System.IO.Path.IsPathFullyQualified(path) && !path.Contains('\0', StringComparison.Ordinal);
        return isPath && float.IsFinite(scale) ? new LoraFile(path, scale) : null;
    }

    public override string ToString() =>
        System.IO.Path.GetFileName(Path) + (Scale == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" × {Scale}"));
}
