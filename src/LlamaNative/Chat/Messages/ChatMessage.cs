using System.Text.Json.Nodes;

namespace LlamaNative;

/// <summary>The roles that chat templates know.</summary>
public static class ChatRole
{
    /// <summary>System instructions.</summary>
    public const string System = "system";

    /// <summary>The user.</summary>
    public const string User = "user";

    /// <summary>The model.</summary>
    public const string Assistant = "assistant";

    /// <summary>The result of a tool call.</summary>
    public const string Tool = "tool";
}

/// <summary>One message of a conversation, with the members that Hugging Face's chat templates read.</summary>
/// <param name="Role">Who speaks; see <see cref="ChatRole"/>.</param>
/// <param name="Content">The text; null for a message that only calls tools.</param>
public sealed record ChatMessage(string Role, string? Content)
{
    /// <summary>
    /// The content in parts, for templates that take lists: <c>{"type": "text", "text": …}</c>. Replaces
    /// <see cref="Content"/> when not empty. A template that takes only strings gets the texts joined by line breaks.
    /// </summary>
    public IReadOnlyList<ContentPart> Parts { get; init; } = [];

    /// <summary>The model's reasoning before its answer, for templates that keep it separate.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>The tools the model calls with this message.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>The call that a message of role tool answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>The name of the speaker, or of the tool that answers.</summary>
    public string? Name { get; init; }

    /// <summary>A message of the user.</summary>
    public static ChatMessage FromUser(string content) => new(ChatRole.User, content);

    /// <summary>A message of the model.</summary>
    public static ChatMessage FromAssistant(string content) => new(ChatRole.Assistant, content);

    /// <summary>System instructions.</summary>
    public static ChatMessage FromSystem(string content) => new(ChatRole.System, content);

    /// <summary>Reads a message as <see cref="ToJson"/> writes it.</summary>
    internal static ChatMessage FromJson(JsonObject json)
    {
        JsonNode? content = json["content"];
        return new ChatMessage((string)json["role"]!, content is JsonArray ? null : (string?)content)
        {
            Parts = content is JsonArray parts
                ? [.. parts.Select(part => new ContentPart((string)part!["type"]!, (string?)part["text"]))]
                : [],
            ReasoningContent = (string?)json["reasoning_content"],
            ToolCalls = json["tool_calls"] is JsonArray calls ? [.. calls.Select(call => ToolCall.FromJson(call!.AsObject()))] : [],
            ToolCallId = (string?)json["tool_call_id"],
            Name = (string?)json["name"],
        };
    }

    /// <summary>The message as templates read it; absent members are left out, as they would be in Python.</summary>
    internal JsonObject ToJson()
    {
        var json = new JsonObject { ["role"] = Role };
        json["content"] = Parts.Count > 0 ? new JsonArray([.. Parts.Select(part => part.ToJson())]) : Content;
        if (ReasoningContent is not null)
        {
            json["reasoning_content"] = ReasoningContent;
        }

        if (ToolCalls.Count > 0)
        {
            json["tool_calls"] = new JsonArray([.. ToolCalls.Select(call => call.ToJson())]);
        }

        if (ToolCallId is not null)
        {
            json["tool_call_id"] = ToolCallId;
        }

        if (Name is not null)
        {
            json["name"] = Name;
        }

        return json;
    }
}

/// <summary>A part of a message's content.</summary>
/// <param name="Type">Its kind, e.g. <c>text</c>.</param>
/// <param name="Text">Its text.</param>
public sealed record ContentPart(string Type, string? Text)
{
    internal JsonObject ToJson() => Text is null ? new() { ["type"] = Type } : new() { ["type"] = Type, ["text"] = Text };
}

/// <summary>A call of a tool by the model.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">Its arguments, a JSON object.</param>
/// <param name="Id">Names the call, so that the answer can refer to it.</param>
public sealed record ToolCall(string Name, JsonObject Arguments, string? Id = null)
{
    internal static ToolCall FromJson(JsonObject json)
    {
        JsonObject function = json["function"]!.AsObject();
        return new ToolCall((string)function["name"]!, (JsonObject)function["arguments"]!.AsObject().DeepClone(), (string?)json["id"]);
    }

    internal JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = Name, ["arguments"] = Arguments.DeepClone() },
        };
        if (Id is not null)
        {
            json["id"] = Id;
        }

        return json;
    }
}
