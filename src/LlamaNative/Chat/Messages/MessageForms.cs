using System.Text.Json.Nodes;
using LlamaNative.Chat.Templates;

namespace LlamaNative.Chat;

/// <summary>
/// The message format that a template accepts: content as a string or as a list of parts, call arguments as an object or as
/// JSON text, and empty or null content in a message that only calls tools. Templates do not declare it, so each variant is
/// tried on a short conversation, as llama.cpp does.
/// </summary>
internal sealed class MessageForms
{
    private const string Text = "qZ7text";
    private const string Tool = "qZ7tool";
    private const string Key = "qZ7key";
    private const string Value = "qZ7value";

    private bool _textAsString = true;
    private bool _parts;
    private bool _argumentsAsText;
    private bool _noContentWithCalls;

    private MessageForms()
    {
    }

    /// <summary>
    /// The template's output for a message that calls <see cref="Tool"/>, without whitespace; null if the template renders no
    /// calls.
    /// </summary>
    public string? WrittenCall { get; private set; }

    /// <summary>
    /// Fills the name and first argument key of the test call into a signature, as they appear in <see cref="WrittenCall"/>.
    /// </summary>
    public static string Probed(string pattern) =>
        pattern.Replace("NAME", Tool, StringComparison.Ordinal).Replace("KEY", Key, StringComparison.Ordinal);

    /// <summary>Determines the format by rendering test conversations.</summary>
    /// <param name="render">Renders messages given as JSON.</param>
    public static MessageForms Find(Func<JsonArray, string> render)
    {
        var forms = new MessageForms();
        string? Try(params JsonObject[] messages)
        {
            try
            {
                return render(new JsonArray(messages));
            }
            catch (ChatTemplateException)
            {
                return null;
            }
        }

        string? plain = Try(User(Text));
        string? parts = Try(User(new JsonArray(new ContentPart("text", Text).ToJson())));

        // A template without list support prints lists in Python's or JSON's notation.
        forms._parts = parts?.Contains(Text, StringComparison.Ordinal) == true
            && !parts.Contains("'text'", StringComparison.Ordinal) && !parts.Contains("\"text\"", StringComparison.Ordinal);
        forms._textAsString = !forms._parts || plain?.Contains(Text, StringComparison.Ordinal) == true;
        foreach ((bool asText, bool none) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            forms._argumentsAsText = asText;
            forms._noContentWithCalls = none;
            var calling = new ChatMessage(ChatRole.Assistant, "")
            {
                ToolCalls = [new ToolCall(Tool, new JsonObject { [Key] = Value }, "qZ7call01")],
            };
            string? written = Try(User(Text), forms.Write(calling)) ?? Try(User(Text), forms.Write(calling), User(Text));
            if (written is not null && written.Contains(Tool, StringComparison.Ordinal) && written.Contains(Value, StringComparison.Ordinal)
                && !written.Contains($"'{Key}'", StringComparison.Ordinal) && !written.Contains($"\\\"{Key}", StringComparison.Ordinal))
            {
                forms.WrittenCall = string.Concat(written.Where(character => !char.IsWhiteSpace(character)));
                return forms;
            }
        }

        forms._argumentsAsText = false;
        forms._noContentWithCalls = false;
        return forms;

        JsonObject User(JsonNode content) => new()
        {
            ["role"] = ChatRole.User,
            ["content"] = forms._textAsString || content is JsonArray ? content : new JsonArray(new ContentPart("text", Text).ToJson())
        };
    }

    /// <summary>Converts the message to the format that the template accepts.</summary>
    /// <exception cref="ContentNotSupportedException">The message has parts other than text, which the template does not
    /// support.</exception>
    public JsonObject Write(ChatMessage message)
    {
        JsonObject json = message.ToJson();
        if (message.Parts.Count > 0 && !_parts)
        {
            json["content"] = Flatten(message);
        }
        else if (message.Parts.Count == 0 && message.Content is not null)
        {
            json["content"] = AsText(message.Content);
        }

        // Most templates join the content to other text, which fails with null or writes "None". They get an empty string, unless they
        // write calls only in a message without content.
        if (message is { Parts.Count: 0, Content: null or "" })
        {
            json["content"] = message.ToolCalls.Count > 0 && _noContentWithCalls ? null : AsText("");
        }

        if (message.ToolCalls.Count == 0)
        {
            return json;
        }

        if (_argumentsAsText)
        {
            foreach (JsonNode? call in json["tool_calls"]!.AsArray())
            {
                JsonNode function = call!["function"]!;
                function["arguments"] = function["arguments"]!.ToJsonString();
            }
        }

        return json;
    }

    private JsonNode AsText(string text) =>
        _textAsString ? JsonValue.Create(text) : new JsonArray(new ContentPart("text", text).ToJson());

    private static string Flatten(ChatMessage message) =>
        message.Parts.FirstOrDefault(part => part.Type != "text" || part.Text is null) is { } other
            ? throw new ContentNotSupportedException(other.Type)
            : string.Join('\n', message.Parts.Select(part => part.Text));
}

/// <summary>A message has a part, such as an image, that the model's template does not support.</summary>
public sealed class ContentNotSupportedException : LlamaException
{
    internal ContentNotSupportedException(string type)
        : base($"The chat template supports only text, but the message has a part of type '{type}'. "
            + "Remove the part, or use another template.") => PartType = type;

    /// <summary>The type of the unsupported part.</summary>
    public string PartType { get; }
}
