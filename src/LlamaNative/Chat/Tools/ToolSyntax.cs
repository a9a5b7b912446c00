using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Chat;

/// <summary>The tool-call syntax of a model family: its start and end markers, and the format between them.</summary>
internal abstract class ToolSyntax
{
    /// <summary>The families; those whose markers contain another's come first.</summary>
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

    /// <summary>The marker that starts a call.</summary>
    public abstract string Begin { get; }

    /// <summary>The marker that ends a call; null if a call extends to the end of the message.</summary>
    public abstract string? End { get; }

    /// <summary>Whether a message that is entirely JSON can be a call too.</summary>
    public virtual bool TakesPlainJson => false;

    /// <summary>
    /// Whether a message that starts with a brace is always a call, so that the grammar can apply from there.
    /// </summary>
    public virtual bool PlainJsonIsCall => false;

    /// <summary>
    /// Whether the marker also has other uses, so that the model writes a call for certain only if a message starts with it.
    /// </summary>
    public virtual bool MarkerIsCommon => false;

    /// <summary>
    /// In syntaxes with recipients, the marker between recipient and content; the prompt then ends with <see cref="Begin"/>.
    /// Otherwise null.
    /// </summary>
    public virtual string? Address => null;

    /// <summary>
    /// Template output for a call of <c>NAME</c> with argument <c>KEY</c>, without whitespace, up to the value.
    /// </summary>
    public abstract IReadOnlyList<string> Signatures { get; }

    /// <summary>
    /// Detects a template's syntax from the call it renders, or, if it renders none, from markers in its source, where the
    /// instructions to the model contain them. Falls back to plain JSON.
    /// </summary>
    /// <param name="source">The template's source.</param>
    /// <param name="writtenCall">See <see cref="MessageForms.WrittenCall"/>.</param>
    public static ToolSyntax Of(string source, string? writtenCall)
    {
        ToolSyntax? written = writtenCall is null ? null : Array.Find(s_families, family =>
            family.Signatures.Any(signature => writtenCall.Contains(MessageForms.Probed(signature), StringComparison.Ordinal)));

        // A template that renders calls in another syntax may still mention a marker, which then means nothing.
        return written ?? (writtenCall is null ? OfSource(source) : new JsonSyntax());
    }

    /// <summary>Parses the text between the markers; returns false if it is not a call.</summary>
    /// <param name="body">The text between the markers.</param>
    /// <param name="tools">The available tools, whose schemas distinguish strings from other values where the syntax does
    /// not.</param>
    /// <param name="calls">The list that parsed calls are added to.</param>
    public abstract bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls);

    /// <summary>
    /// GBNF for the text after <see cref="Begin"/>: one or more calls with arguments that match their schemas.
    /// </summary>
    public abstract string Grammar(ToolGrammarRules rules);

    /// <summary>Parses JSON; null is a valid value.</summary>
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

            // These share a marker; the text after it distinguishes them.
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

    /// <summary>Parses an object with a name and arguments, under any of the common keys.</summary>
    protected static bool TryReadCall(JsonNode? node, List<ToolCall> calls)
    {
        if (node is not JsonObject call)
        {
            return false;
        }

        // OpenAI's format nests the function one level deeper.
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

    /// <summary>Parses one call or a list of calls.</summary>
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

    /// <summary>Parses the JSON in a text; null if it is invalid or an object has a duplicate key.</summary>
    protected static JsonNode? ParseJson(string text)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions
            {
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
            });
            _ = node?.ToJsonString(); // only reading a string finds half of a surrogate pair in it
            return node;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
