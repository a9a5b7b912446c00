using System.Text.Json.Nodes;

namespace LlamaNative;

/// <summary>The roles used by chat templates.</summary>
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

/// <summary>One message of a conversation, with the fields that Hugging Face chat templates use.</summary>
/// <param name="Role">The author's role; see <see cref="ChatRole"/>.</param>
/// <param name="Content">The text; null for a message that only calls tools.</param>
public sealed record ChatMessage(string Role, string? Content)
{
    /// <summary>
    /// Content as a list of parts, for templates that accept lists: <c>{"type": "text", "text": …}</c>. Replaces
    /// <see cref="Content"/> when not empty. Templates that accept only strings get the texts joined by line breaks.
    /// </summary>
    public IReadOnlyList<ContentPart> Parts { get; init; } = [];

    /// <summary>The model's reasoning before its answer, for templates that render it separately.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>The tool calls of this message.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>In a message of role <c>tool</c>, the id of the call that it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>The name of the author, or of the tool that answers.</summary>
    public string? Name { get; init; }

    /// <summary>Creates a user message.</summary>
    public static ChatMessage FromUser(string content) => new(ChatRole.User, content);

    /// <summary>Creates a message of the model.</summary>
    public static ChatMessage FromAssistant(string content) => new(ChatRole.Assistant, content);

    /// <summary>Creates a system message.</summary>
    public static ChatMessage FromSystem(string content) => new(ChatRole.System, content);

    /// <summary>Reads a message from the format of <see cref="ToJson"/>.</summary>
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

    /// <summary>The message as templates expect it; absent fields are omitted, as in Python.</summary>
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

/// <summary>One part of a message's content.</summary>
/// <param name="Type">The type of the part, e.g. <c>text</c>.</param>
/// <param name="Text">Its text.</param>
public sealed record ContentPart(string Type, string? Text)
{
    internal JsonObject ToJson() => Text is null ? new() { ["type"] = Type } : new() { ["type"] = Type, ["text"] = Text };
}

/// <summary>A tool call made by the model.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The arguments as a JSON object.</param>
/// <param name="Id">The call's id, which the tool's answer refers to.</param>
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
