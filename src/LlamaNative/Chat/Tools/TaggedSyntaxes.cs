using System.Text.Json.Nodes;

namespace LlamaNative.Chat;

/// <summary>
/// Qwen3-Coder, Step, Seed:
/// <c>&lt;tool_call&gt;&lt;function=name&gt;&lt;parameter=key&gt;value&lt;/parameter&gt;&lt;/function&gt;&lt;/tool_call&gt;</c>,
/// with each value on separate lines.
/// </summary>
internal sealed class QwenCoderSyntax(string begin, string end) : ToolSyntax
{
    private const string Function = "<function=";
    private const string Parameter = "<parameter=";
    private const string ParameterEnd = "</parameter>";

    public override string Begin => begin;

    public override string? End => end;

    public override IReadOnlyList<string> Signatures => [begin + "<function=NAME><parameter=KEY>"];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls)
    {
        int name = body.IndexOf(Function, StringComparison.Ordinal) + Function.Length;
        int nameEnd = name < Function.Length ? -1 : body.IndexOf('>', name);
        if (nameEnd <= name || !string.IsNullOrWhiteSpace(body[..(name - Function.Length)]))
        {
            return false;
        }

        var arguments = new TaggedArguments(tools, body[name..nameEnd].Trim());
        for (int at = nameEnd + 1; ;)
        {
            int key = body.IndexOf(Parameter, at, StringComparison.Ordinal);
            if (key < 0)
            {
                calls.Add(arguments.ToCall());
                return true;
            }

            int keyEnd = body.IndexOf('>', key);
            int valueEnd = keyEnd < 0 ? -1 : body.IndexOf(ParameterEnd, keyEnd, StringComparison.Ordinal);
            if (valueEnd < 0
                || !arguments.Add(body[(key + Parameter.Length)..keyEnd].Trim(), WithoutItsLines(body[(keyEnd + 1)..valueEnd])))
            {
                return false;
            }

            at = valueEnd + ParameterEnd.Length;
        }
    }

    public override string Grammar(ToolGrammarRules rules)
    {
        string calls = rules.AnyTagged(
            (name, parameters) => $"{ToolGrammarRules.Literal(name + ">\n")} {parameters}", Write, ParameterEnd);
        return $"""
            root ::= call ("\n"? {ToolGrammarRules.Literal(begin)} call)*
            call ::= "\n"? "<function=" ({calls}) "</function>\n" {ToolGrammarRules.Literal(end)}
            """;
    }

    private static string Write(string key, string value) =>
        $"{ToolGrammarRules.Literal($"<parameter={key}>\n")} {value} \"\\n</parameter>\\n\"";

    /// <summary>Removes the line breaks next to the tags; further ones belong to the value.</summary>
    private static string WithoutItsLines(string value)
    {
        int start = value.StartsWith('\n') ? 1 : 0;
        int end = value.Length > start && value.EndsWith('\n') ? 1 : 0;
        return value[start..^end];
    }
}

/// <summary>
/// GLM, Laguna: <c>&lt;tool_call&gt;name&lt;arg_key&gt;key&lt;/arg_key&gt;&lt;arg_value&gt;value&lt;/arg_value&gt;&lt;/tool_call&gt;</c>.
/// </summary>
internal sealed class GlmSyntax : ToolSyntax
{
    private const string Key = "<arg_key>";
    private const string KeyEnd = "</arg_key>";
    private const string Value = "<arg_value>";
    private const string ValueEnd = "</arg_value>";

    public override string Begin => "<tool_call>";

    public override string? End => "</tool_call>";

    public override IReadOnlyList<string> Signatures => ["<tool_call>NAME<arg_key>KEY</arg_key><arg_value>"];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls)
    {
        int at = body.IndexOf(Key, StringComparison.Ordinal);
        string name = (at < 0 ? body : body[..at]).Trim();
        if (name.Length == 0 || !name.All(character => char.IsLetterOrDigit(character) || character is '_' or '-' or '.'))
        {
            return false;
        }

        var arguments = new TaggedArguments(tools, name);
        while (at >= 0)
        {
            int keyEnd = body.IndexOf(KeyEnd, at, StringComparison.Ordinal);
            int value = keyEnd < 0 ? -1 : body.IndexOf(Value, keyEnd, StringComparison.Ordinal);
            int valueEnd = value < 0 ? -1 : body.IndexOf(ValueEnd, value, StringComparison.Ordinal);
            if (valueEnd < 0 || !arguments.Add(body[(at + Key.Length)..keyEnd].Trim(), body[(value + Value.Length)..valueEnd]))
            {
                return false;
            }

            at = body.IndexOf(Key, valueEnd, StringComparison.Ordinal);
        }

        calls.Add(arguments.ToCall());
        return true;
    }

    public override string Grammar(ToolGrammarRules rules)
    {
        string calls = rules.AnyTagged(
            (name, parameters) => $"{ToolGrammarRules.Literal(name)} \"\\n\"? {parameters}", Write, ValueEnd);
        return $"""
            root ::= call ("\n"? "<tool_call>" call)*
            call ::= ({calls}) "</tool_call>"
            """;
    }

    private static string Write(string key, string value) =>
        $"{ToolGrammarRules.Literal($"<arg_key>{key}</arg_key>")} \"\\n\"? \"<arg_value>\" {value} \"</arg_value>\" \"\\n\"?";
}

/// <summary>Arguments written as text between tags. The tool's schema decides whether a text is a string or JSON.</summary>
internal sealed class TaggedArguments(IReadOnlyList<ToolDefinition> tools, string name)
{
    private readonly JsonObject _arguments = [];

    /// <summary>Adds an argument; returns false if the name is already used.</summary>
    public bool Add(string key, string text)
    {
        JsonNode? schema = tools.FirstOrDefault(tool => tool.Name == name)?.Parameters["properties"]?[key];
        bool parsed = ToolSyntax.TryParseJson(text, out JsonNode? value) && !IsText(schema);

        // Without a schema, quotes are part of the text.
        bool isJson = parsed && (schema is not null || value is not JsonValue scalar || !scalar.TryGetValue(out string? _));
        return key.Length > 0 && _arguments.TryAdd(key, isJson ? value : JsonValue.Create(text));
    }

    public ToolCall ToCall() => new(name, _arguments);

    /// <summary>Whether a parameter's values are strings, which are written verbatim.</summary>
    public static bool IsText(JsonNode? schema) => schema is JsonObject && schema["type"] switch
    {
        JsonValue one => one.TryGetValue(out string? type) && type == "string",
        null => schema["enum"] is JsonArray { Count: > 0 } values
            && values.All(value => value is JsonValue text && text.TryGetValue(out string? _)),
        _ => false,
    };
}
