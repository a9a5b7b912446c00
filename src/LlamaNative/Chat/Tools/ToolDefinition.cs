using System.Text.Json.Nodes;

namespace LlamaNative;

/// <summary>A function the model may call, as the template describes it to the model.</summary>
/// <param name="Name">Its name: letters, digits, <c>_</c>, <c>-</c> and <c>.</c></param>
/// <param name="Description">What it does and when to call it, in words for the model.</param>
/// <param name="Parameters">Its arguments: a JSON Schema of an object.</param>
public sealed record ToolDefinition(string Name, string Description, JsonObject Parameters)
{
    /// <summary>The form in which Hugging Face's templates take tools.</summary>
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
