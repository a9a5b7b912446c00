using System.Globalization;
using System.Text.Json;

namespace LlamaNative.Grammars.Schemas;

/// <summary>The names that a document gives to its locations for references: $id and $anchor, and "#name" as in draft 4 to 7.</summary>
internal sealed class SchemaNames
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _anchors = new(StringComparer.Ordinal);

    public SchemaNames(JsonElement root) => Collect(root, "");

    /// <summary>The pointer of the schema with this $id. A relative reference finds the end of an absolute $id.</summary>
    public string? FindId(string id) => _ids.TryGetValue(id, out string? pointer) ? pointer
        : _ids.Where(pair => pair.Key.EndsWith("/" + id, StringComparison.Ordinal)).Select(pair => pair.Value).FirstOrDefault();

    /// <summary>The pointer of the schema with this anchor.</summary>
    public string? FindAnchor(string name) => _anchors.GetValueOrDefault(name);

    // The depth is limited by SchemaText. Inside of enum and const the keywords are data, but data named like that is harmless.
    private void Collect(JsonElement element, string pointer)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach ((int index, JsonElement item) in element.EnumerateArray().Index())
            {
                Collect(item, pointer + "/" + index.ToString(CultureInfo.InvariantCulture));
            }
        }

        foreach (JsonProperty member in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default)
        {
            if (member.Name is "$id" or "id" or "$anchor" && member.Value.ValueKind == JsonValueKind.String)
            {
                string name = member.Value.GetString()!;
                if (member.Name == "$anchor" || name.StartsWith('#'))
                {
                    _anchors.TryAdd(name.TrimStart('#'), pointer);
                }
                else
                {
                    _ids.TryAdd(name.TrimEnd('#'), pointer);
                }
            }

            string escaped = member.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
            Collect(member.Value, pointer + "/" + Uri.EscapeDataString(escaped));
        }
    }
}
