using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Chat;

/// <summary>How a family of models writes tool calls: the mark that begins them, the mark that ends one, and what lies between.</summary>
internal abstract class ToolSyntax
{
    /// <summary>The families, those first whose marks contain another's.</summary>
    private static readonly ToolSyntax[] s_families =
    [
        new QwenCoderSyntax("<tool_call>", "</tool_call>"),
        new QwenCoderSyntax("<seed:tool_call>", "</seed:tool_call>"),
        new GlmSyntax(),
        new HermesSyntax(),
        new MarkedListSyntax("<tool_calls>", "</tool_calls>"),
        new MarkedListSyntax("<TOOLCALL>", "</TOOLCALL>"),
        new MistralArgumentsSyntax(withId: true),
        new MistralArgumentsSyntax(withId: false),
        new MistralSyntax(),
        new FunctionarySyntax(),
        new AddressedSyntax(">>>", "\n"),
        new AddressedSyntax("<|from|>assistant\n<|recipient|>", "\n<|content|>"),
        new Llama3Syntax(),
    ];

    /// <summary>The text that begins a call.</summary>
    public abstract string Begin { get; }

    /// <summary>The text that ends a call; null when it goes on to the end of the message.</summary>
    public abstract string? End { get; }

    /// <summary>Whether a message that is JSON from its first character may be a call as well.</summary>
    public virtual bool TakesPlainJson => false;

    /// <summary>Whether a message that begins with a brace is sure to be a call, and may be held to the grammar.</summary>
    public virtual bool PlainJsonIsCall => false;

    /// <summary>
    /// Where every part of a message is addressed, the mark between an address and its content; the prompt then ends with
    /// <see cref="Begin"/>. Null elsewhere.
    /// </summary>
    public virtual string? Address => null;

    /// <summary>
    /// How a template of this family writes a call of <c>NAME</c> with the argument <c>KEY</c>, without white space, up to the value.
    /// </summary>
    public abstract IReadOnlyList<string> Signatures { get; }

    /// <summary>
    /// The syntax of a template: by the call that it writes, and where it writes none by the marks in its source, with which
    /// it tells the model what to write. Plain JSON when there is neither.
    /// </summary>
    /// <param name="source">The template.</param>
    /// <param name="writtenCall">See <see cref="MessageForms.WrittenCall"/>.</param>
    public static ToolSyntax Of(string source, string? writtenCall)
    {
        ToolSyntax? written = writtenCall is null ? null : Array.Find(s_families, family =>
            family.Signatures.Any(signature => writtenCall.Contains(MessageForms.Probed(signature), StringComparison.Ordinal)));

        // A template that writes calls in a way of its own does not mean another's by a mark it mentions.
        return written ?? (writtenCall is null ? OfSource(source) : new JsonSyntax());
    }

    /// <summary>Reads what lies between the marks; false when it is no call.</summary>
    /// <param name="body">The text.</param>
    /// <param name="tools">The tools there are, which tell strings from other values where the syntax does not.</param>
    /// <param name="calls">Where the calls go.</param>
    public abstract bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls);

    /// <summary>GBNF for what follows <see cref="Begin"/>: one call or several, with arguments that fit their schema.</summary>
    public abstract string Grammar(ToolGrammarRules rules);

    /// <summary>JSON, of which null is one value.</summary>
    internal static bool TryParseJson(string text, out JsonNode? value)
    {
        value = ParseJson(text);
        return value is not null || text.Trim() == "null";
    }

    private static ToolSyntax OfSource(string source)
    {
        string text = string.Concat(source.Where(character => !char.IsWhiteSpace(character))).Replace("\\n", "", StringComparison.Ordinal);
        ToolSyntax[] candidates = [.. s_families.Where(family =>
            text.Contains(string.Concat(family.Begin.Where(character => !char.IsWhiteSpace(character))), StringComparison.Ordinal))];
        return candidates switch
        {
            [] => new JsonSyntax(),
            [var only] => only,

            // They share a mark; what stands behind it tells them apart.
            _ when text.Contains("<function=", StringComparison.Ordinal)
                && text.Contains("<parameter=", StringComparison.Ordinal) => candidates[0],
            _ when text.Contains("<arg_key>", StringComparison.Ordinal) =>
                Array.Find(candidates, family => family is GlmSyntax) ?? candidates[0],
            _ when text.Contains("[CALL_ID]", StringComparison.Ordinal) =>
                Array.Find(candidates, family => family is MistralArgumentsSyntax) ?? candidates[0],
            _ when text.Contains("[ARGS]", StringComparison.Ordinal) =>
                Array.FindLast(candidates, family => family is MistralArgumentsSyntax) ?? candidates[0],
            _ => Array.Find(candidates, family => family is not (QwenCoderSyntax or GlmSyntax or MistralArgumentsSyntax)) ?? candidates[0],
        };
    }

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
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions
            {
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
            });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
