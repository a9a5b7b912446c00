using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Chat;

/// <summary>Hermes, Qwen: <c>&lt;tool_call&gt;{"name": …, "arguments": {…}}&lt;/tool_call&gt;</c>, one for each call.</summary>
internal sealed class HermesSyntax : ToolSyntax
{
    public override string Begin => "<tool_call>";

    public override string? End => "</tool_call>";

    public override bool TryRead(string body, List<ToolCall> calls) => TryReadCalls(ParseJson(body), calls);

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= call ("\n"? "<tool_call>" call)*
        call ::= "\n"? ({rules.AnyCall("name", "arguments")}) "\n"? "</tool_call>"
        """;
}

/// <summary>Mistral: <c>[TOOL_CALLS]</c> and a list of calls, or since its third tokenizer <c>[TOOL_CALLS]name[ARGS]{…}</c>.</summary>
internal sealed class MistralSyntax : ToolSyntax
{
    private const string Arguments = "[ARGS]";
    private const string CallId = "[CALL_ID]";

    public override string Begin => "[TOOL_CALLS]";

    public override string? End => null;

    public override bool TryRead(string body, List<ToolCall> calls)
    {
        if (!body.Contains(Arguments, StringComparison.Ordinal))
        {
            return TryReadCalls(ParseJson(body), calls);
        }

        foreach (string part in body.Split(Begin, StringSplitOptions.RemoveEmptyEntries))
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

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= " "? "[" call (", " call)* "]"
        call ::= {rules.AnyCall("name", "arguments")}
        """;
}

/// <summary>Functionary 3.1 and Llama 3.1 with custom tools: <c>&lt;function=name&gt;{…}&lt;/function&gt;</c>.</summary>
internal sealed class FunctionarySyntax : ToolSyntax
{
    public override string Begin => "<function=";

    public override string? End => "</function>";

    public override bool TryRead(string body, List<ToolCall> calls)
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

/// <summary>Llama 3: JSON with <c>parameters</c>, behind <c>&lt;|python_tag|&gt;</c> or by itself; its built-in tools are written as Python calls.</summary>
internal sealed class Llama3Syntax : ToolSyntax
{
    public override string Begin => "<|python_tag|>";

    public override string? End => null;

    public override bool TakesPlainJson => true;

    public override bool TryRead(string body, List<ToolCall> calls)
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

        // Several calls are separated by semicolons or lines.
        calls.Clear();
        string[] parts = body.Split([";", "\n"], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length > 1 && parts.All(part => TryReadCall(ParseJson(part), calls));
    }

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= call ("; " call)*
        call ::= {rules.AnyCall("name", "parameters")}
        """;
}

/// <summary>Any other model: the message is the JSON of a call, of a list, or of <c>{"tool_calls": […]}</c>, perhaps in a code fence.</summary>
internal sealed class JsonSyntax : ToolSyntax
{
    public override string Begin => "```json";

    public override string? End => "```";

    public override bool TakesPlainJson => true;

    public override bool TryRead(string body, List<ToolCall> calls) => TryReadCalls(ParseJson(body), calls);

    public override string Grammar(ToolGrammarRules rules) => $"""
        root ::= "\n"? call "\n```"
        call ::= {rules.AnyCall("name", "arguments")}
        """;
}
