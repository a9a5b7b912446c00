using System.Text.Json;

namespace LlamaNative.Grammars.Schemas;

/// <summary>Validates a schema's JSON before it is read: size, depth and well-formed strings.</summary>
internal static class SchemaText
{
    public static JsonDocument Parse(string json)
    {
        if (json.Length > SchemaLimits.TextLength)
        {
            throw new JsonSchemaException("", $"the text has {json.Length} characters; the maximum is {SchemaLimits.TextLength}.");
        }

        try
        {
            // RFC 8259, section 8.1, lets a parser ignore a byte order mark.
            return JsonDocument.Parse(json.AsMemory().TrimStart('\uFEFF'), new JsonDocumentOptions { MaxDepth = SchemaLimits.Depth });
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            // ArgumentException: lone surrogates in the C# string.
            string reason = error is JsonException invalid ? JsonErrorText.Describe(invalid) : error.Message;
            throw new JsonSchemaException("", $"the text is not valid JSON: {reason}", error);
        }
    }

    public static void Check(JsonElement root)
    {
        try
        {
            if (root.GetRawText().Length > SchemaLimits.TextLength)
            {
                throw new JsonSchemaException("", $"the text has more than {SchemaLimits.TextLength} characters.");
            }

            Check(root, 0);
        }
        catch (InvalidOperationException error)
        {
            throw new JsonSchemaException("", "a string has a lone surrogate.", error);
        }
    }

    private static void Check(JsonElement element, int depth)
    {
        if (depth > SchemaLimits.Depth)
        {
            throw new JsonSchemaException("", $"the schema is nested deeper than {SchemaLimits.Depth} levels.");
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
