using System.Globalization;
using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// The JSON grammar as GBNF rules. Whitespace is as in llama.cpp: none, one space, or one or two line breaks and an indent;
/// models that may write more tend not to stop.
/// </summary>
internal static class JsonRules
{
    private static readonly Dictionary<string, (string Body, string[] Uses)> s_rules = new(StringComparer.Ordinal)
    {
        ["space"] = ("| \" \" | \"\\n\"{1,2} [ \\t]{0,20}", []),
        ["null"] = ("\"null\"", []),
        ["boolean"] = ("\"true\" | \"false\"", []),
        ["integer"] = (string.Create(CultureInfo.InvariantCulture, $"\"-\"? (\"0\" | [1-9] [0-9]{{0,{SchemaLimits.IntegerDigits - 1}}})"),
            []),
        ["number"] = (string.Create(CultureInfo.InvariantCulture,
            $"\"-\"? (\"0\" | [1-9] [0-9]{{0,{SchemaLimits.NumberDigits}}}) (\".\" [0-9]{{1,{SchemaLimits.NumberDigits}}})? ([eE] [-+]? "
            + $"[0-9]{{1,3}})?"), []),
        ["fraction"] = (string.Create(CultureInfo.InvariantCulture, // not whole: 1.0 is an integer by the specification
            $"\"-\"? (\"0\" | [1-9] [0-9]{{0,{SchemaLimits.NumberDigits}}}) \".\" \"0\"{{0,{SchemaLimits.NumberDigits - 1}}} [1-9] "
            + $"[0-9]{{0,{SchemaLimits.NumberDigits - 1}}}"), []),
        ["character"] = (JsonStringRules.AnyCharacter, []),
        ["string"] = ("\"\\\"\" character* \"\\\"\"", ["character"]),
        ["value"] = ("object | array | string | number | boolean | null", ["object", "array", "string", "number", "boolean", "null"]),
        ["array-more"] = ("\",\" space value", ["space", "value"]),
        ["array"] = ("\"[\" space (value array-more* space)? \"]\"", ["space", "value", "array-more"]),
        ["member"] = ("string space \":\" space value", ["string", "space", "value"]),
        ["member-more"] = ("\",\" space member", ["space", "member"]),
        ["object"] = ("\"{\" space (member member-more* space)? \"}\"", ["space", "member", "member-more"]),
    };

    public static IEnumerable<string> Names => s_rules.Keys;

    public static string Body(string name) => s_rules[name].Body;

    public static string[] UsedBy(string name) => s_rules[name].Uses;
}
