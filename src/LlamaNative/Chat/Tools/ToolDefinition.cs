using System.Text.Json.Nodes;

namespace LlamaNative;

/// <summary>A function that the model may call, as described to the model by the template.</summary>
/// <param name="Name">The tool's name: letters, digits, <c>_</c>, <c>-</c> and <c>.</c></param>
/// <param name="Description">What the tool does and when to call it; read by the model.</param>
/// <param name="Parameters">The arguments, as a JSON Schema of type object.</param>
public sealed record ToolDefinition(string Name, string Description, JsonObject Parameters)
{
    /// <summary>The tool in the format of Hugging Face templates.</summary>
    internal JsonObject ToJson() => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = Name,
            ["description"] = Description,
            ["parameters"] = Parameters.DeepClone(),
        },
    };
}
