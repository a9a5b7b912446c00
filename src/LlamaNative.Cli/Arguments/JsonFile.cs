using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Cli.Arguments;

/// <summary>Reads JSON that a user wrote, and says where it is wrong as editors count: lines and columns from 1.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a file.</summary>
    /// <exception cref="ArgumentException">The file is not JSON.</exception>
    public static JsonNode? Read(string path)
    {
        try
        {
            return Parse(TextFile.Read(path));
        }
        catch (JsonException error)
        {
            throw new ArgumentException($"'{path}' is not JSON: {Describe(error)}", error);
        }
    }

    /// <exception cref="JsonException">The text is not JSON; see <see cref="Describe"/>.</exception>
    public static JsonNode? Parse(string text) => JsonNode.Parse(text, documentOptions: s_options);

    public static string Describe(JsonException error)
    {
        int end = error.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        string reason = end > 0 ? error.Message[..end] : error.Message;
        return error is { LineNumber: { } line, BytePositionInLine: { } column }
            ? $"{reason} (line {line + 1}, byte {column + 1})"
            : reason;
    }
}
