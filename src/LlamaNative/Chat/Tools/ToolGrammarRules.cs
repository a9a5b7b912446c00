using System.Text;
using System.Text.Json.Nodes;
using LlamaNative.Grammars;
using LlamaNative.Sampling;

namespace LlamaNative.Chat;

/// <summary>
/// Grammar rules for calls of given tools: what a model writes by them parses, names a tool there is, and has arguments
/// that fit its schema.
/// </summary>
internal sealed class ToolGrammarRules(IReadOnlyList<ToolDefinition> tools)
{
    private readonly StringBuilder _rules = new();
    private readonly Dictionary<string, string> _without = [];
    private int _schemas;

    /// <summary>The rule with which the grammar of a whole message starts, its mark included.</summary>
    public const string WholeMessage = "message";

    /// <summary>
    /// The rule of a message that is addressed to the person or to tools; only in grammars of a syntax with
    /// <see cref="ToolSyntax.Address"/>.
    /// </summary>
    public const string AddressedMessage = "addressed";

    /// <summary>
    /// The grammar of calls: from <c>root</c> for what follows a syntax's mark, from <see cref="WholeMessage"/> with the mark.
    /// </summary>
    /// <exception cref="GrammarException">A tool's parameters are no schema a grammar can follow.</exception>
    public static GbnfGrammar For(ToolSyntax syntax, IReadOnlyList<ToolDefinition> tools)
    {
        var rules = new ToolGrammarRules(tools);
        string calls = syntax.Grammar(rules);
        string begin = syntax.Address is not null || syntax.PlainJsonIsCall ? "" : Literal(syntax.Begin);
        return GrammarSource.Parse($"{calls}\n{WholeMessage} ::= {begin} root\n{rules.Addressed(syntax)}{rules._rules}");
    }

    /// <summary>An alternative for each tool, made of its name and the rule of its arguments.</summary>
    public string AnyTool(Func<string, string, string> write) =>
        string.Join(" | ", tools.Select(tool => write(tool.Name, AddSchema(tool.Parameters))));

    /// <summary>An alternative for each tool: a JSON object of its name and arguments under these keys.</summary>
    public string AnyCall(string nameKey, string argumentsKey) => AnyTool((name, arguments) =>
        $"{Literal($"{{\"{nameKey}\": {JsonValue.Create(name).ToJsonString()}, \"{argumentsKey}\": ")} {arguments} \"}}\"");

    /// <summary>
    /// An alternative for each tool whose arguments are written between tags: a string as it is, anything else as JSON.
    /// </summary>
    /// <param name="write">Joins a tool's name with the rule of its arguments.</param>
    /// <param name="writeParameter">Puts the tags around the rule of a value.</param>
    /// <param name="closingTag">The tag that ends a value, which no value holds.</param>
    public string AnyTagged(Func<string, string, string> write, Func<string, string, string> writeParameter, string closingTag) =>
        string.Join(" | ", tools.Select(tool =>
    {
        var required = (tool.Parameters["required"] as JsonArray)?.Select(name => name?.ToString()).ToHashSet() ?? [];
        IEnumerable<string> parameters = (tool.Parameters["properties"] as JsonObject ?? []).Select(property =>
        {
            string parameter = writeParameter(property.Key, TaggedValue(tool.Parameters, property.Value, closingTag));
            return required.Contains(property.Key) ? parameter : $"({parameter})?";
        });
        return write(tool.Name, string.Join(' ', parameters));
    }));

    /// <summary>A text as GBNF writes it.</summary>
    public static string Literal(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n",
            "\\n", StringComparison.Ordinal) + "\"";

    private string TaggedValue(JsonObject parameters, JsonNode? schema, string closingTag)
    {
        if (schema is not JsonObject || TaggedArguments.IsText(schema))
        {
            return schema?["enum"] is JsonArray { Count: > 0 } values
                ? $"({string.Join(" | ", values.Select(value => Literal(value!.ToString())))})"
                : Without(closingTag);
        }

        // References of a parameter's schema lead into the whole.
        var alone = (JsonObject)schema.DeepClone();
        foreach (string definitions in new[] { "$defs", "definitions" })
        {
            if (parameters[definitions] is { } shared)
            {
                alone.TryAdd(definitions, shared.DeepClone());
            }
        }

        return AddSchema(alone);
    }

    /// <summary>
    /// The rule of texts in which a mark does not occur: the automaton that looks for it, without the step that finds it.
    /// </summary>
    private string Without(string mark)
    {
        if (_without.TryGetValue(mark, out string? start))
        {
            return start;
        }

        string prefix = $"text{_without.Count}-";
        char[] letters = [.. mark.Distinct()];
        string others = string.Concat(letters.Select(ClassMember));
        for (int matched = 0; matched < mark.Length; matched++)
        {
            IEnumerable<string> steps = letters
                .Select(letter => (Letter: letter, Next: Matched(mark, mark[..matched] + letter)))
                .Where(step => step.Next < mark.Length)
                .Select(step => $" | {Literal(step.Letter.ToString())} {prefix}{step.Next}");
            _rules.Append(prefix).Append(matched).Append(" ::= | [^").Append(others).Append("] ").Append(prefix).Append('0').AppendJoin("",
                steps).Append('\n');
        }

        return _without[mark] = prefix + "0";
    }

    /// <summary>How much of the mark's beginning a text ends with.</summary>
    private static int Matched(string mark, string text)
    {
        int length = Math.Min(mark.Length, text.Length);
        while (!text.EndsWith(mark[..length], StringComparison.Ordinal))
        {
            length--;
        }

        return length;
    }

    private string Addressed(ToolSyntax syntax)
    {
        if (syntax.Address is not { } content)
        {
            return "";
        }

        string speech = Without(syntax.Begin);
        return $"{AddressedMessage} ::= root | {Literal(AddressedSyntax.Everyone + content)} {speech} ({Literal(syntax.Begin)} root)?\n";
    }

    private static string ClassMember(char character) => character switch
    {
        '\n' => "\\n",
        '[' or ']' or '\\' or '^' or '-' => "\\" + character,
        _ => character.ToString(),
    };

    /// <summary>Adds the rules of a schema under names of their own and returns the name of its root.</summary>
    private string AddSchema(JsonObject schema)
    {
        string prefix = $"tool{_schemas++}-";
        _rules.Append(GbnfNames.Prefix(GrammarSource.FromSchema(schema.ToJsonString()), prefix)).Append('\n');
        return prefix + "root";
    }
}
