using System.Text.Json.Nodes;

namespace LlamaNative.Chat;

/// <summary>Mistral since its third tokenizer: <c>[TOOL_CALLS]name[ARGS]{…}</c>, some with <c>[CALL_ID]</c> between.</summary>
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

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= call ("[TOOL_CALLS]" call)*
        call ::= {rules.AnyTool((name, arguments) => $"{ToolGrammarRules.Literal(name)} {(withId ? "\"[CALL_ID]\" [a-zA-Z0-9]{9} " : "")}\"[ARGS]\" {arguments}")}
        """;

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
/// Functionary 2 and 3.2: every part of a message is addressed, to the person as <c>all</c> or to a tool by its name, and
/// the prompt ends with the mark behind which the first address stands.
/// </summary>
/// <param name="begin">The mark before an address: <c>&gt;&gt;&gt;</c>, or <c>&lt;|from|&gt;assistant\n&lt;|recipient|&gt;</c>.</param>
/// <param name="content">The mark between the address and the content.</param>
internal sealed class AddressedSyntax(string begin, string content) : ToolSyntax
{
    /// <summary>The address of the person.</summary>
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
