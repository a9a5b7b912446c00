using System.Text.Json;

namespace LlamaNative.Grammars.Schemas;

/// <summary>What must hold of a schema's JSON before it is read: a bounded size and depth, and text that is text.</summary>
internal static class SchemaText
{
    public static JsonDocument Parse(string json)
    {
        if (json.Length > SchemaLimits.TextLength)
        {
            throw new JsonSchemaException("", $"its text has {json.Length} characters, more than {SchemaLimits.TextLength}.");
        }

        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = SchemaLimits.Depth });
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            // ArgumentException: lone surrogates in the C# string itself.
            throw new JsonSchemaException("", $"its text is not JSON: {error.Message}", error);
        }
    }

    public static void Check(JsonElement root)
    {
        try
        {
            if (root.GetRawText().Length > SchemaLimits.TextLength)
            {
                throw new JsonSchemaException("", $"its text has more than {SchemaLimits.TextLength} characters.");
            }

            Check(root, 0);
        }
        catch (InvalidOperationException error)
        {
            throw new JsonSchemaException("", "one of its strings holds half of a surrogate pair.", error);
        }
    }

    private static void Check(JsonElement element, int depth)
    {
        if (depth > SchemaLimits.Depth)
        {
            throw new JsonSchemaException("", $"it is nested deeper than {SchemaLimits.Depth}.");
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Check(item, depth + 1);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    _ = member.Name;
                    Check(member.Value, depth + 1);
                }

                break;
        }
    }
}
