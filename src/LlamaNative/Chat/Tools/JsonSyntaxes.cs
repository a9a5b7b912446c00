namespace LlamaNative.Chat;

/// <summary>
/// Hermes, Qwen, Granite: <c>&lt;tool_call&gt;{"name": …, "arguments": {…}}&lt;/tool_call&gt;</c> per call.
/// </summary>
internal sealed class HermesSyntax : ToolSyntax
{
    public override string Begin => "<tool_call>";

    public override string? End => "</tool_call>";

    public override IReadOnlyList<string> Signatures => ["<tool_call>{\"name\":\"NAME\",\"arguments\":"];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls) =>
        TryReadCalls(ParseJson(body), calls);

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= call ("\n"? "<tool_call>" call)*
        call ::= "\n"? ({rules.AnyCall("name", "arguments")}) "\n"? "</tool_call>"
        """;
}

/// <summary>
/// A list of calls between markers: <c>&lt;tool_calls&gt;[{"name": …, "arguments": {…}}]&lt;/tool_calls&gt;</c> (Apriel),
/// <c>&lt;TOOLCALL&gt;</c> (Nemotron).
/// </summary>
internal sealed class MarkedListSyntax(string begin, string end) : ToolSyntax
{
    public override string Begin => begin;

    public override string? End => end;

    public override IReadOnlyList<string> Signatures => [begin + "[{\"name\":\"NAME\",\"arguments\":"];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls) =>
        TryReadCalls(ParseJson(body), calls);

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= "[" call (", " call)* "]" {ToolGrammarRules.Literal(end)}
        call ::= {rules.AnyCall("name", "arguments")}
        """;
}

/// <summary>Mistral up to Nemo: <c>[TOOL_CALLS]</c> followed by a list of calls.</summary>
internal sealed class MistralSyntax : ToolSyntax
{
    public override string Begin => "[TOOL_CALLS]";

    public override string? End => null;

    public override IReadOnlyList<string> Signatures => ["[TOOL_CALLS][{\"name\":\"NAME\",\"arguments\":"];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls) =>
        body.Contains(MistralArgumentsSyntax.Arguments, StringComparison.Ordinal)
            ? MistralArgumentsSyntax.TryReadParts(body, calls)
            : TryReadCalls(ParseJson(body), calls);

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= " "? "[" call (", " call)* "]"
        call ::= {rules.AnyCall("name", "arguments")}
        """;
}

/// <summary>
/// Llama 3: JSON with <c>parameters</c>, with or without <c>&lt;|python_tag|&gt;</c> before it; built-in tools are written as
/// Python calls.
/// </summary>
internal sealed class Llama3Syntax : ToolSyntax
{
    public override string Begin => "<|python_tag|>";

    public override string? End => null;

    public override bool TakesPlainJson => true;

    public override bool PlainJsonIsCall => true;

    public override IReadOnlyList<string> Signatures =>
        ["<|python_tag|>{\"name\":\"NAME\",\"parameters\":", "{\"name\":\"NAME\",\"parameters\":"];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls)
    {
        if (PythonCall.TryRead(body, out ToolCall? python))
        {
            calls.Add(python!);
            return true;
        }

        if (TryReadCalls(ParseJson(body), calls))
        {
            return true;
        }

        // Several calls are separated by semicolons or line breaks.
        calls.Clear();
        List<string>? objects = JsonObjects(body);
        return objects is { Count: > 1 } && objects.TrueForAll(part => TryReadCall(ParseJson(part), calls));
    }

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= call ("; " call)*
        call ::= {rules.AnyCall("name", "parameters")}
        """;

    /// <summary>
    /// The JSON objects of a text, separated only by whitespace and semicolons; null if there is anything else.
    /// </summary>
    private static List<string>? JsonObjects(string text)
    {
        List<string> objects = [];
        int depth = 0;
        int start = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when quoted:
                    i++;
                    break;
                case '"' when depth > 0:
                    quoted = !quoted;
                    break;
                case '{' when !quoted:
                    start = depth++ == 0 ? i : start;
                    break;
                case '}' when !quoted && depth > 0:
                    if (--depth == 0)
                    {
                        objects.Add(text[start..(i + 1)]);
                    }

                    break;
                case var other when depth == 0 && other != ';' && !char.IsWhiteSpace(other):
                    return null;
            }
        }

        return depth == 0 ? objects : null;
    }
}

/// <summary>
/// Any other model: the message is the JSON of a call, of a list, or of <c>{"tool_calls": […]}</c>, optionally in a code fence.
/// </summary>
internal sealed class JsonSyntax : ToolSyntax
{
    public override string Begin => "```json";

    public override string? End => "```";

    public override bool MarkerIsCommon => true; // a fence with an example

    public override bool TakesPlainJson => true;

    public override IReadOnlyList<string> Signatures => [];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls) =>
        TryReadCalls(ParseJson(body), calls);

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= "\n"? call "\n```"
        call ::= {rules.AnyCall("name", "arguments")}
        """;
}
