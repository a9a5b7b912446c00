using System.Text.Json;
using System.Text.Json.Nodes;
using LlamaNative.Grammars.Schemas;

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
            throw new ArgumentException($"'{path}' is not JSON: {JsonErrorText.Describe(error)}", error);
        }
    }

    /// <exception cref="JsonException">The text is not JSON; see <see cref="JsonErrorText.Describe"/>.</exception>
    public static JsonNode? Parse(string text)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(text.TrimStart('\uFEFF'), documentOptions: s_options);
            _ = node?.ToJsonString(); // only reading a string finds half of a surrogate pair in it
            return node;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("a string contains half of a surrogate pair, such as \\ud800 alone.", error);
        }
    }
}
