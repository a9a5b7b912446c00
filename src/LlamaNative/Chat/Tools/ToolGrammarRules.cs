using System.Text;
using System.Text.Json.Nodes;
using LlamaNative.Grammars;
using LlamaNative.Interop;
using LlamaNative.Sampling;

namespace LlamaNative.Chat;

/// <summary>
/// Grammar rules for tool calls: output that follows them parses, names an existing tool, and has arguments that match its
/// schema.
/// </summary>
internal sealed class ToolGrammarRules(IReadOnlyList<ToolDefinition> tools)
{
    private readonly StringBuilder _rules = new();
    private readonly Dictionary<string, string> _without = [];
    private int _schemas;

    /// <summary>The start rule for a whole message, including the marker.</summary>
    public const string WholeMessage = "message";

    /// <summary>
    /// The rule of a message with recipients, the user or tools; only for syntaxes with <see cref="ToolSyntax.Address"/>.
    /// </summary>
    public const string AddressedMessage = "addressed";

    /// <summary>
    /// Creates the grammar of calls: rule <c>root</c> matches the text after the syntax's marker, <see cref="WholeMessage"/>
    /// includes the marker.
    /// </summary>
    /// <exception cref="GrammarException">The grammar engine does not support a tool's schema.</exception>
    public static GbnfGrammar For(ToolSyntax syntax, IReadOnlyList<ToolDefinition> tools)
    {
        var rules = new ToolGrammarRules(tools);
        string calls = syntax.Grammar(rules);
        string begin = syntax.Address is not null || syntax.PlainJsonIsCall ? "" : Literal(syntax.Begin);
        return GrammarSource.Parse($"{calls}\n{WholeMessage} ::= {begin} root\n{rules.Addressed(syntax)}{rules._rules}");
    }

    /// <summary>One alternative per tool, made from its name and the rule of its arguments.</summary>
    public string AnyTool(Func<string, string, string> write) =>
        string.Join(" | ", tools.Select(tool => write(tool.Name, AddSchema(tool.Parameters, $"The tool '{tool.Name}'"))));

    /// <summary>One alternative per tool: a JSON object with its name and arguments under these keys.</summary>
    public string AnyCall(string nameKey, string argumentsKey) => AnyTool((name, arguments) =>
        $"{Literal($"{{\"{nameKey}\": {JsonValue.Create(name).ToJsonString()}, \"{argumentsKey}\": ")} {arguments} \"}}\"");

    /// <summary>One alternative per tool for arguments between tags: strings verbatim, other values as JSON.</summary>
    /// <param name="write">Combines a tool's name with the rule of its arguments.</param>
    /// <param name="writeParameter">Encloses the rule of a value in tags.</param>
    /// <param name="closingTag">The tag that ends a value; values cannot include it.</param>
    public string AnyTagged(Func<string, string, string> write, Func<string, string, string> writeParameter, string closingTag) =>
        string.Join(" | ", tools.Select(tool =>
    {
        var required = (tool.Parameters["required"] as JsonArray)?.Select(name => name?.ToString()).ToHashSet() ?? [];
        IEnumerable<string> parameters = (tool.Parameters["properties"] as JsonObject ?? []).Select(property =>
        {
            string parameter = writeParameter(property.Key, TaggedValue(tool, property, closingTag));
            return required.Contains(property.Key) ? parameter : $"({parameter})?";
        });
        return write(tool.Name, string.Join(' ', parameters));
    }));

    /// <summary>Quotes a text as a GBNF literal.</summary>
    public static string Literal(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n",
            "\\n", StringComparison.Ordinal) + "\"";

    private string TaggedValue(ToolDefinition tool, KeyValuePair<string, JsonNode?> parameter, string closingTag)
    {
        JsonNode? schema = parameter.Value;
        if (schema is not JsonObject)
        {
            return Without(closingTag);
        }

        // References in a parameter's schema point into the whole schema.
        var alone = (JsonObject)schema.DeepClone();
        foreach (string definitions in new[] { "$defs", "definitions" })
        {
            if (tool.Parameters[definitions] is { } shared)
            {
                alone.TryAdd(definitions, shared.DeepClone());
            }
        }

        string owner = $"The parameter '{parameter.Key}' of the tool '{tool.Name}'";
        return TaggedArguments.IsText(schema)
            ? Add(owner, widened => GrammarSource.TextFromSchema(alone.ToJsonString(), closingTag, widened))
            : AddSchema(alone, owner);
    }

    /// <summary>The rule of texts without a marker: the marker's search automaton without its accepting transition.</summary>
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

    /// <summary>Length of the longest suffix of a text that is a prefix of the marker.</summary>
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

    /// <summary>Adds the rules of a schema with prefixed names and returns the name of its start rule.</summary>
    private string AddSchema(JsonObject schema, string owner) =>
        Add(owner, widened => GrammarSource.FromSchema(schema.ToJsonString(), widened));

    /// <summary>
    /// Adds the rules of a grammar. What it cannot express is ignored and logged: a call with an argument that the tool rejects is better
    /// than no call of any tool.
    /// </summary>
    private string Add(string owner, Func<Action<JsonSchemaWidening>, GbnfGrammar> make)
    {
        string prefix = $"tool{_schemas++}-";
        try
        {
            GbnfGrammar grammar = make(widening => NativeLog.Warn($"{owner}: {widening}"));
            _rules.Append(GbnfNames.Prefix(grammar, prefix)).Append('\n');
        }
        catch (GrammarException error)
        {
            throw new GrammarException($"{owner} cannot be used. {error.Message}", error.InnerException);
        }

        return prefix + "root";
    }
}
