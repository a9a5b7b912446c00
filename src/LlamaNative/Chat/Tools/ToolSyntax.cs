using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Chat;

/// <summary>How a family of models writes tool calls: the mark that begins them, the mark that ends one, and what lies between.</summary>
internal abstract class ToolSyntax
{
    /// <summary>The families in the order in which their marks tell them apart.</summary>
    private static readonly ToolSyntax[] Families = [new HermesSyntax(), new MistralSyntax(), new FunctionarySyntax(), new Llama3Syntax()];

    /// <summary>The text that begins a call.</summary>
    public abstract string Begin { get; }

    /// <summary>The text that ends a call; null when it goes on to the end of the message.</summary>
    public abstract string? End { get; }

    /// <summary>Whether a message that is JSON from its first character is a call as well.</summary>
    public virtual bool TakesPlainJson => false;

    /// <summary>The syntax of a template, by the marks in its source; plain JSON when it has none.</summary>
    public static ToolSyntax Of(string templateSource) =>
        Array.Find(Families, family => templateSource.Contains(family.Begin, StringComparison.Ordinal)) ?? new JsonSyntax();

    /// <summary>Reads what lies between the marks; false when it is no call.</summary>
    public abstract bool TryRead(string body, List<ToolCall> calls);

    /// <summary>GBNF for what follows <see cref="Begin"/>: one call or several, with arguments that fit their schema.</summary>
    public abstract string Grammar(ToolGrammarRules rules);

    /// <summary>Reads an object with a name and arguments, under whichever of the usual keys.</summary>
    protected static bool TryReadCall(JsonNode? node, List<ToolCall> calls)
    {
        if (node is not JsonObject call)
        {
            return false;
        }

        // OpenAI's form wraps the function once more.
        JsonObject function = call["function"] as JsonObject ?? call;
        if ((function["name"] ?? call["function"]) is not JsonValue name || !name.TryGetValue(out string? text))
        {
            return false;
        }

        JsonNode? arguments = function["arguments"] ?? function["parameters"];
        if (arguments is JsonValue value && value.TryGetValue(out string? encoded))
        {
            arguments = ParseJson(encoded);
        }

        string? id = call["id"] is JsonValue idValue && idValue.TryGetValue(out string? given) ? given : null;
        calls.Add(new ToolCall(text, arguments is JsonObject members ? (JsonObject)members.DeepClone() : [], id));
        return arguments is JsonObject or null;
    }

    /// <summary>Reads one call or a list of them.</summary>
    protected static bool TryReadCalls(JsonNode? node, List<ToolCall> calls)
    {
        if (node is JsonObject { } wrapper && wrapper["tool_calls"] is JsonArray wrapped)
        {
            node = wrapped;
        }

        return node is JsonArray list
            ? list.Count > 0 && list.All(call => TryReadCall(call, calls))
            : TryReadCall(node, calls);
    }

    /// <summary>The JSON in a text, null when it is none; an object that names a key twice is none.</summary>
    protected static JsonNode? ParseJson(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true, AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
