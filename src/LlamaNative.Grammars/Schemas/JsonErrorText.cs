using System.Text.Json;

namespace LlamaNative.Grammars.Schemas;

/// <summary>Describes invalid JSON to the person who wrote it; also compiled into the command line tool.</summary>
internal static class JsonErrorText
{
    /// <summary>Returns the reason and the position, with lines and bytes counted from 1 as in editors.</summary>
    public static string Describe(JsonException error)
    {
        // System.Text.Json explains some errors with names of its own parameters.
        int end = error.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        string reason = (end > 0 ? error.Message[..end] : error.Message)
            .Replace(" Expected the input to start with a valid JSON token, when isFinalBlock is true.", "", StringComparison.Ordinal)
            .Replace(" which is not supported in this mode. Change the reader options.", ".", StringComparison.Ordinal)
            .Replace(" encountered during deserialization", "", StringComparison.Ordinal);
        return error is { LineNumber: { } line, BytePositionInLine: { } column }
            ? $"{reason} (line {line + 1}, byte {column + 1})"
            : reason;
    }
}
