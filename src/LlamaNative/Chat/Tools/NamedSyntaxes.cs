using System.Text.Json.Nodes;

namespace LlamaNative.Chat;

/// <summary>
/// Mistral since tokenizer v3: <c>[TOOL_CALLS]name[ARGS]{…}</c>, in some models with <c>[CALL_ID]</c> in between.
/// </summary>
internal sealed class MistralArgumentsSyntax(bool withId) : ToolSyntax
{
    public const string Arguments = "[ARGS]";

    private const string Mark = "[TOOL_CALLS]";
    private const string CallId = "[CALL_ID]";

    public override string Begin => Mark;

    public override string? End => null;

    public override IReadOnlyList<string> Signatures => [withId ? "[TOOL_CALLS]NAME[CALL_ID]" : "[TOOL_CALLS]NAME[ARGS]{"];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls) =>
        TryReadParts(body, calls);

    public override string Grammar(ToolGrammarRules rules)
    {
        string id = withId ? "\"[CALL_ID]\" [a-zA-Z0-9]{9} " : "";
        return $"""
            root ::= call ("[TOOL_CALLS]" call)*
            call ::= {rules.AnyTool((name, arguments) => $"{ToolGrammarRules.Literal(name)} {id}\"[ARGS]\" {arguments}")}
            """;
    }

    public static bool TryReadParts(string body, List<ToolCall> calls)
    {
        foreach (string part in body.Split(Mark, StringSplitOptions.RemoveEmptyEntries))
        {
            int split = part.IndexOf(Arguments, StringComparison.Ordinal);
            if (split < 0 || ParseJson(part[(split + Arguments.Length)..]) is not JsonObject arguments)
            {
                return false;
            }

            string[] head = part[..split].Split(CallId);
            calls.Add(new ToolCall(head[0].Trim(), arguments, head.Length > 1 ? head[1].Trim() : null));
        }

        return calls.Count > 0;
    }
}

/// <summary>Functionary 3.1 and Llama 3.1 with custom tools: <c>&lt;function=name&gt;{…}&lt;/function&gt;</c>.</summary>
internal sealed class FunctionarySyntax : ToolSyntax
{
    public override string Begin => "<function=";

    public override string? End => "</function>";

    public override IReadOnlyList<string> Signatures => ["<function=NAME>{"];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls)
    {
        int split = body.IndexOf('>', StringComparison.Ordinal);
        if (split <= 0 || ParseJson(body[(split + 1)..]) is not JsonObject arguments)
        {
            return false;
        }

        calls.Add(new ToolCall(body[..split].Trim(), arguments));
        return true;
    }

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= call ("\n"? "<function=" call)*
        call ::= ({rules.AnyTool((name, arguments) => $"{ToolGrammarRules.Literal(name + ">")} {arguments}")}) "</function>"
        """;
}

/// <summary>
/// Functionary 2 and 3.2: every part of a message has a recipient, <c>all</c> for the user or a tool's name, and the prompt
/// ends with the marker before the first recipient.
/// </summary>
/// <param name="begin">The marker before a recipient: <c>&gt;&gt;&gt;</c>, or
/// <c>&lt;|from|&gt;assistant\n&lt;|recipient|&gt;</c>.</param>
/// <param name="content">The marker between recipient and content.</param>
internal sealed class AddressedSyntax(string begin, string content) : ToolSyntax
{
    /// <summary>The recipient that means the user.</summary>
    public const string Everyone = "all";

    public override string Begin => begin;

    public override string? End => null;

    public override string? Address => content;

    public override IReadOnlyList<string> Signatures =>
        [string.Concat((begin + "NAME" + content + "{").Where(character => !char.IsWhiteSpace(character)))];

    public override bool TryRead(string body, IReadOnlyList<ToolDefinition> tools, List<ToolCall> calls)
    {
        foreach (string part in body.Split(begin))
        {
            int split = part.IndexOf(content, StringComparison.Ordinal);
            if (split <= 0 || ParseJson(part[(split + content.Length)..]) is not JsonObject arguments)
            {
                return false;
            }

            calls.Add(new ToolCall(part[..split].Trim(), arguments));
        }

        return true;
    }

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= call ({ToolGrammarRules.Literal(begin)} call)*
        call ::= {rules.AnyTool((name, arguments) => $"{ToolGrammarRules.Literal(name + content)} {arguments}")}
        """;
}
