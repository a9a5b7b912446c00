using System.Text.Json;
using System.Text.RegularExpressions;
using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>Converts the strings of a schema to rules for plain text that a closing tag ends.</summary>
internal sealed class TextGrammarWriter(SchemaDocument document, string without)
{
    private readonly SchemaReader _reader = new(document);
    private readonly RuleTable _rules = new();

    public string Write()
    {
        var automata = new LanguageRules(_rules, "\"\"", static set => set.ToGbnf(), kind: "text");
        return _rules.Write(() =>
        {
            List<string> alternatives = [];
            foreach (Shape shape in _reader.Read(SchemaSet.Of(document.Root)).Where(shape => (shape.Types & JsonTypes.String) != 0))
            {
                if (shape.Values is not null)
                {
                    alternatives.AddRange(Literals(shape));
                }
                else if (Language(shape.String) is { } language)
                {
                    alternatives.Add(automata.Write(language, "text"));
                }
            }

            return alternatives.Count > 0
                ? string.Join(" | ", alternatives.Distinct(StringComparer.Ordinal))
                : throw document.Root.Refuse($"no string that can be written without '{without}' satisfies the schema.");
        });
    }

    private IEnumerable<string> Literals(Shape shape)
    {
        var validator = new ShapeValidator(_reader);
        return shape.Values!
            .Where(value => value.ValueKind == JsonValueKind.String && validator.Satisfies(value, shape))
            .Select(value => value.GetString()!)
            .Where(text => !text.Contains(without, StringComparison.Ordinal))
            .Select(JsonStringRules.Text);
    }

    private StringLanguage? Language(StringShape shape)
    {
        var end = new StringPattern(Regex.Escape(without), Excluded: true);
        try
        {
            return _reader.Strings.Of(shape with { Patterns = [.. shape.Patterns, end] });
        }
        catch (PatternException error)
        {
            string keyword = shape.Patterns.Count > 0 ? "pattern" : shape.Maximum is not null ? "maxLength" : "minLength";
            document.Unsupported(document.Root, keyword, $"cannot generate its strings: {error.Message}.");
            return _reader.Strings.Of(StringShape.Any with { Patterns = [end] });
        }
    }
}
