using System.Globalization;
using System.Text.Json;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// The expression for one given value, for enum and const: with optional whitespace and members in the given order.
/// </summary>
internal static class LiteralRules
{
    public static string Write(JsonElement value, RuleTable rules)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return JsonStringRules.Literal(value.GetString()!, rules);
            case JsonValueKind.Number:
                return IntegerRules.Group([.. Spellings(value).Select(JsonStringRules.Text)]);
            case JsonValueKind.Array:
                return Enclose('[', value.EnumerateArray().Select(item => Write(item, rules)), ']', rules);
            case JsonValueKind.Object:
                return Enclose('{', value.EnumerateObject().Select(
                    member => $"{JsonStringRules.Literal(member.Name, rules)} space \":\" space {Write(member.Value, rules)}"), '}', rules);
            default:
                return JsonStringRules.Text(value.GetRawText());
        }
    }

    private static string Enclose(char open, IEnumerable<string> parts, char close, RuleTable rules)
    {
        rules.Json("space");
        string inside = string.Join(" \",\" space ", parts);
        return inside.Length == 0 ? $"\"{open}\" space \"{close}\"" : $"\"{open}\" space {inside} space \"{close}\"";
    }

    /// <summary>A number as the schema writes it and, if different, without trailing zeros or exponent.</summary>
    private static HashSet<string> Spellings(JsonElement value)
    {
        HashSet<string> spellings = [value.GetRawText()];
        if (value.TryGetDecimal(out decimal number) && (number != 0 || value.GetDouble() == 0)
            && spellings.First().Length <= SchemaLimits.NumberDigits)
        {
            string plain = number.ToString(CultureInfo.InvariantCulture);
            plain = plain.Contains('.', StringComparison.Ordinal) ? plain.TrimEnd('0').TrimEnd('.') : plain;
            bool written = spellings.First().AsSpan().IndexOfAny(".eE") >= 0;
            spellings.Add(plain);
            if (written && !plain.Contains('.', StringComparison.Ordinal))
            {
                spellings.Add(plain + ".0");
            }
        }

        return spellings;
    }
}
